"""Values that publishing would refuse have no place in a pull request either."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import duckdb

from product_health.lock.values import ALL, Values
from product_health.project import declared_vars
from product_health.review.numbers import Numbers
from product_health.review.review import Review

PATTERNS = ("email_pattern", "phone_pattern")


def without_personal(found: Review, project: Path) -> Review:
    """Return a review in which segments that look like personal data go by a number."""
    values = declared_vars(project)
    patterns = [values[name] for name in PATTERNS]
    metrics = (
        replace(one, numbers=_renamed(one.numbers, patterns)) if one.numbers else one
        for one in found.metrics
    )
    return replace(found, metrics=tuple(metrics))


def _renamed(numbers: Numbers, patterns: list[str]) -> Numbers:
    # a segment has the same number on both sides
    names = _names({*numbers.before, *numbers.after} - {ALL}, patterns)
    sides: list[Values] = [
        {names.get(part, part): periods for part, periods in side.items()}
        for side in (numbers.before, numbers.after)
    ]
    return replace(numbers, before=sides[0], after=sides[1])


def _names(parts: Iterable[str], patterns: list[str]) -> dict[str, str]:
    """Return what to call each segment that looks personal: by its dimension, and a number."""
    sql = (
        "select part from (select unnest(?) as part) "
        "where regexp_matches(part, ?) or regexp_matches(part, ?) order by part"
    )
    hidden = duckdb.execute(sql, [list(parts), *patterns]).fetchall()
    return {
        part: f"{part.split(' ')[0]} {number} (its name looks like personal data)"
        for number, (part,) in enumerate(hidden, 1)
    }
