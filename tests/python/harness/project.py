"""The project's SQL, compiled once by dbt and kept, for running it on many companies.

The vars that companies vary stand in the SQL as placeholders, which `bound` replaces.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from product_health.compiled.cache import alone, compiled, fingerprint
from product_health.compiled.dbt import Dbt, DbtError
from product_health.compiled.project import ALONE, CompiledProject, Model

ROOT = Path(__file__).parents[3]
CACHE = ROOT / ".pytest_cache" / "compiled"
PARSED = ROOT / ".pytest_cache" / "parsed"

ZONE = "Zone/Placeholder"
AS_OF_DATE = "1234-05-06"
# UTC has SQL of its own; other zones and fixed dates are written over the placeholders.
VARIANTS: Mapping[str, Mapping[str, Any]] = {
    "utc": {},
    "zoned": {"reporting_timezone": ZONE},
    "fixed": {"reporting_timezone": ZONE, "as_of_date": AS_OF_DATE},
}
# dbt keeps state of the whole process, and threads check companies at the same time.
ONE_AT_A_TIME = Lock()


@dataclass(frozen=True)
class DataTest:
    """A data test: its SQL gives the rows that are wrong."""

    name: str
    sql: str
    severity: str


class Compiled(CompiledProject):
    """A compiled project whose models go by their names, and can be changed."""

    def model(self, name: str) -> Model:
        """Give a model by name; KeyError where there is none such."""
        return {model.name: model for model in self.models}[name]

    def marts(self) -> list[str]:
        """Give the names of the public tables; the views that metrics read hold the same rows."""
        return [model.name for model in self.models if (model.layer, model.kind) == MART]

    def needed_for(self, names: Iterable[str]) -> set[str]:
        """Give the names of these models and of all that they are built from."""
        return {model.name for model in self.upstream(self.model(one).unique_id for one in names)}

    def bound(self, zone: str, as_of_date: date | None) -> "Compiled":
        """Write a time zone and a last complete date over the placeholders."""
        bound = [
            _written(_written(model, ZONE, zone), AS_OF_DATE, str(as_of_date))
            for model in self.models
        ]
        return replace(self, models=tuple(bound))

    def patched(self, name: str, old: str, new: str) -> "Compiled":
        """Give a copy with a fault in a model: `old`, which must be there, written as `new`."""
        model = self.model(name)
        faulty = _written(model, old, new)
        if faulty == model:
            message = f"{name} does not contain {old!r}"
            raise ValueError(message)
        return replace(self, models=tuple(faulty if one is model else one for one in self.models))


MART = ("marts", "table")


def _written(model: Model, old: str, new: str) -> Model:
    """Give a model with `new` wherever its SQL has `old`."""
    appended = model.incremental_sql and model.incremental_sql.replace(old, new)
    return replace(model, sql=model.sql.replace(old, new), incremental_sql=appended)


def variant(name: str = "utc") -> Compiled:
    """Give a variant of the project's SQL, from the cache where its files have not changed.

    Raises DbtError, once and for all, where it does not compile.
    """
    with ONE_AT_A_TIME:
        outcome = _compiled_once(name)
    if isinstance(outcome, DbtError):
        raise outcome
    return outcome


@lru_cache
def _compiled_once(name: str) -> Compiled | DbtError:
    try:
        return Compiled(**vars(compiled(ROOT, CACHE, parse=_parsed, **VARIANTS[name])))
    except DbtError as error:
        return error


def parsed_once() -> Any:
    """Give what dbt knows of the project; its words on that lie in PARSED."""
    with ONE_AT_A_TIME:
        return _parsed()


@lru_cache
def _parsed() -> Any:
    with alone(PARSED):
        return Dbt(ROOT, PARSED)("parse")


def data_tests() -> list[DataTest]:
    """Give the data tests in UTC: there are many, and they hardly depend on vars."""
    stored = CACHE / "data_tests" / f"{fingerprint(ROOT, {})}.json"
    if not stored.exists():
        stored.parent.mkdir(parents=True, exist_ok=True)
        stored.write_text(json.dumps(_compiled_tests()), encoding="utf-8")
    return [DataTest(*test) for test in json.loads(stored.read_text(encoding="utf-8"))]


def _compiled_tests() -> list[tuple[str, str, str]]:
    with ONE_AT_A_TIME:
        found = Dbt(ROOT, CACHE / "dbt")(
            *ALONE, "--select", "resource_type:test", literal_bounds=False
        )
    nodes = [result.node for result in found.results]
    return [(node.name, node.compiled_code, node.config.severity.lower()) for node in nodes]
