"""What tells how far the numbers can be trusted: checks, freshness, rows, and restatements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from product_health.check.results import Verdict, read_result
from product_health.meaning.definitions import Definitions
from product_health.publish.duckdb_files import META
from product_health.publish.gate import is_of, left_out
from product_health.publish.restatements import Restatement, restatements
from product_health.report.reader import Reader
from product_health.semantics.catalogue import Metric

NOT_CHECKED = "not all checked since it was built"
COUNTS = ("raw", "accepted", "superseded", "duplicate", "conflicting", "quarantined")
MOST_RESTATEMENTS = 60
MOST_REASONS = 12


@dataclass(frozen=True)
class Checks:
    """What was expected of the data that the page shows; None where nobody looked."""

    verdicts: tuple[Verdict, ...] | None
    definitions: Definitions

    @property
    def summary(self) -> str:
        """All of them in a few words."""
        return NOT_CHECKED if self.verdicts is None else _told(self.verdicts)

    @property
    def unmet(self) -> list[Verdict]:
        """Those that are not as expected, errors first."""
        unmet = (one for one in self.verdicts or () if not one.is_met)
        return sorted(unmet, key=lambda one: (one.severity, one.relation, one.expectation))

    def behind(self, metrics: Iterable[str]) -> str:
        """Tell of those that are about what some metrics are made of; all where none is named."""
        named = [self.definitions.catalogue.find(name) for name in metrics]
        if self.verdicts is None or not named:
            return self.summary
        models = {model.relation for metric in named for model in self.definitions.upstream(metric)}
        relations = {".".join(name.replace('"', "").split(".")[1:]) for name in models}
        return _told([one for one in self.verdicts if one.relation in relations])


def _told(verdicts: Iterable[Verdict]) -> str:
    """Count checks: `12 checks passed`, `1 of 12 checks warns`, `2 of 12 checks FAILED`."""
    found = list(verdicts)
    failed, warned = (
        sum(one.severity == severity and not one.is_met for one in found)
        for severity in ("error", "warn")
    )
    if failed:
        return f"{failed} of {len(found)} checks FAILED"
    if warned:
        return f"{warned} of {len(found)} checks warn{'s' * (warned == 1)}"
    return f"{len(found)} checks passed" if found else "no checks"


Table = list[tuple[str, ...]]


@dataclass(frozen=True)
class Trust:
    """The tables of the section on trust; `restated` is None where nothing is published."""

    checks: Checks
    freshness: Table
    outcomes: Table
    reasons: Table
    values: Table
    restated: tuple[Restatement, ...] | None

    @property
    def main_reasons(self) -> Table:
        """Why most rows were set aside."""
        return self.reasons[:MOST_REASONS]

    @property
    def unmet(self) -> Table:
        """What is not as expected."""
        return [
            (one.severity, one.relation, _words(one.expectation), one.description)
            for one in self.checks.unmet
        ]

    @property
    def verdicts(self) -> Table:
        """All that was expected."""
        return [
            (one.relation, _words(one.expectation), one.severity, "yes" if one.is_met else "no")
            for one in self.checks.verdicts or ()
        ]

    def restatements(self, metrics: Mapping[str, Metric]) -> Table:
        """Give values that are not as first published, the newest periods first."""
        return [
            (
                metrics[one.metric].label if one.metric in metrics else one.metric,
                f"{one.grain} of {one.period_start}",
                one.shown_first,
                one.shown_now,
                one.causes,
                one.changed_run_id,
            )
            for one in (self.restated or ())[:MOST_RESTATEMENTS]
        ]

    def restated_of(self, metric: str) -> int:
        """Count the periods of a metric that are not as first published."""
        return sum(one.metric == metric for one in self.restated or ())


def trust(project: Path, reader: Reader) -> Trust:
    """Read what the section on trust shows."""
    sums = ", ".join(f"sum({name}_rows)" for name in COUNTS)
    database = reader.database
    return Trust(
        checks=checks(project, reader),
        freshness=_read(
            reader,
            "select family, entity, coalesce(strftime(complete_until_at, '%Y-%m-%d %H:%M'), "
            "'never landed'), "
            "case when complete_until_at is null then 'nothing' "
            "else coalesce(as_of_date::varchar, 'nothing') end "
            "from marts.trust_freshness_v1 order by 1, 2",
        ),
        outcomes=_read(
            reader, f"select entity, {sums} from marts.trust_row_outcomes_v1 group by 1 order by 1"
        ),
        reasons=_read(
            reader,
            "select entity, replace(rejection_reason, '_', ' '), quarantined_rows "
            "from marts.trust_rejection_reasons_v1 order by quarantined_rows desc, 1, 2",
        ),
        values=_read(
            reader,
            "select entity, column_name, replace(reason, '_', ' '), value_count "
            "from marts.trust_values_set_aside_v1 order by value_count desc, 1, 2, 3",
        ),
        restated=tuple(restatements(database.file.parent)) if database.publication else None,
    )


def checks(project: Path, reader: Reader) -> Checks:
    """Give what a publication was checked for, or the last whole check of the warehouse."""
    if reader.database.publication:
        rows = reader.rows(f"from {META}.checks")
        return Checks(tuple(Verdict(**row) for row in rows), reader.definitions)
    try:
        found = read_result(project)
    except (OSError, KeyError, TypeError, ValueError):
        return Checks(None, reader.definitions)
    is_whole = is_of(found, reader.database.file) and not left_out(project, found)
    return Checks(found.verdicts if is_whole else None, reader.definitions)


def _read(reader: Reader, sql: str) -> Table:
    return [tuple(map(_text, row.values())) for row in reader.rows(sql)]


def _text(value: object) -> str:
    return value if isinstance(value, str) else f"{value:,}"


def _words(name: str) -> str:
    return name.replace("_", " ")
