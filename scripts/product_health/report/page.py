"""Puts the page together."""

import base64
import csv
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from product_health.report.adoption import adoption
from product_health.report.catalogue import catalogue, dictionary
from product_health.report.headline import headlines
from product_health.report.reader import EVERYONE, FILTERS, Reader, Row
from product_health.report.usage import usage
from product_health.report.voice import support, voice
from product_health.semantics.units import shown

SECTIONS = {
    "Usage": usage,
    "Adoption": adoption,
    "Voice of the customer": voice,
    "Support": support,
}


@dataclass(frozen=True)
class Origin:
    """Where the numbers come from: project, commit, run, and whether its checks passed."""

    project: Path
    commit: str
    run: str
    checks: str


def page(reader: Reader, origin: Origin, fewest_answers: int) -> str:
    """Write the page as HTML; every text of the data is escaped."""
    resources = files("product_health.report")
    script = resources.joinpath("page.js").read_text("utf-8")
    style = resources.joinpath("page.css").read_text("utf-8")
    marks = _seed(origin.project, "annotations")
    targets = {
        row["metric"]: float(row["target"]) for row in _seed(origin.project, "metric_targets")
    }
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"shown": shown}
    template = environment.from_string(resources.joinpath("page.html.jinja").read_text("utf-8"))
    return template.render(
        origin=origin,
        headlines=headlines(reader, targets, fewest_answers),
        sections={name: draw(reader, marks) for name, draw in SECTIONS.items()},
        metrics=reader.definitions.catalogue.metrics,
        marks=marks,
        catalogue=catalogue(origin.project, reader.definitions),
        marts=dictionary(reader.definitions),
        trust=_trust(reader),
        filters=_filters(reader),
        everyone=EVERYONE,
        script=script,
        script_hash=_hash(script),
        style=style,
    )


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


def _trust(reader: Reader) -> Mapping[str, list[Row]]:
    counts = ("raw", "accepted", "superseded", "duplicate", "quarantined")
    sums = ", ".join(f"sum({name}_rows) as {name}" for name in counts)
    return {
        "freshness": reader.rows(
            "select family, entity, complete_until_at, as_of_date "
            "from marts.trust_freshness_v1 order by 1, 2"
        ),
        "outcomes": reader.rows(
            f"select entity, {sums} from marts.trust_row_outcomes_v1 group by 1 order by 1"
        ),
        "reasons": reader.rows(
            "select entity, rejection_reason, quarantined_rows "
            "from marts.trust_rejection_reasons_v1 order by quarantined_rows desc, 1, 2"
        ),
    }


def checks(project: Path) -> str:
    """Say whether the last checks passed, by what `product-health check` left behind."""
    path = project / "target" / "check.json"
    if not path.exists():
        return "not checked"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    failed, warned = found["failed"]["error"], found["failed"]["warn"]
    if failed:
        return f"{failed} checks FAILED"
    return f"checks passed, {warned} warn" if warned else "checks passed"
