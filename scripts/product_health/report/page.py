"""Puts the page together."""

import base64
import csv
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from product_health.report.adoption import adoption
from product_health.report.catalogue import catalogue, dictionary
from product_health.report.headline import headlines
from product_health.report.reader import EVERYONE, FILTERS, Reader, Row
from product_health.report.trust import Trust
from product_health.report.usage import usage
from product_health.report.voice import support, voice
from product_health.semantics.units import shown

SECTIONS = {
    "Usage": usage,
    "Adoption": adoption,
    "Voice of the customer": voice,
    "Support": support,
}


NUMBER = re.compile(r"[-+±]?[\d.,]+( ?%)?|none|")
LONG_TEXT = 40


@dataclass(frozen=True)
class Origin:
    """Where the numbers come from: the project, its commit, and what they were read from.

    `doubt`: why they may be wrong.
    """

    project: Path
    commit: str
    run: str
    doubt: str | None


def page(reader: Reader, origin: Origin, trust: Trust, fewest_answers: int) -> str:
    """Write the page as HTML; every text of the data is escaped."""
    resources = files("product_health.report")
    script = resources.joinpath("page.js").read_text("utf-8")
    style = resources.joinpath("page.css").read_text("utf-8")
    marks = _seed(origin.project, "annotations")
    targets = {
        row["metric"]: float(row["target"]) for row in _seed(origin.project, "metric_targets")
    }
    environment = Environment(
        loader=PackageLoader("product_health.report", ""),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"shown": shown, "kinds_of_columns": kinds_of_columns}
    template = environment.get_template("page.html.jinja")
    return template.render(
        origin=origin,
        headlines=headlines(reader, targets, fewest_answers),
        sections={name: draw(reader, marks) for name, draw in SECTIONS.items()},
        metrics=reader.definitions.catalogue.metrics,
        marks=marks,
        catalogue=catalogue(origin.project, reader.definitions),
        marts=dictionary(reader.definitions),
        trust=trust,
        checks=trust.checks,
        filters=_filters(reader),
        everyone=EVERYONE,
        script=script,
        script_hash=_hash(script),
        style=style,
    )


def kinds_of_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Tell how each column of a table is set: number, wrap (long text), or neither (empty)."""
    columns = zip(*rows, strict=True) if rows else ([""] for _ in header)
    return [
        "number"
        if all(map(NUMBER.fullmatch, column))
        else "wrap"
        if max(map(len, column)) > LONG_TEXT
        else ""
        for column in columns
    ]


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _seed(project: Path, name: str) -> list[Row]:
    with (project / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _filters(reader: Reader) -> dict[str, tuple[str, list[str]]]:
    """Give label and values of each filter, as the marts have them."""
    found: dict[str, tuple[str, list[str]]] = {}
    for name, label in FILTERS.items():
        rows = reader.rows(
            "select distinct segment_value from marts.usage_daily_by_segment_v1 "
            f"where segment_type = '{name}' and segment_value is not null order by 1"
        )
        found[name] = (label, [row["segment_value"] for row in rows])
    return found
