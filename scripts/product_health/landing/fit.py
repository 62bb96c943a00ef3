"""Whether what was landed fits: which columns do not parse, and whether one never does."""

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from product_health.contract import RECEIVED_AT, Column, Entity
from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.convert import TIMES
from product_health.landing.parse import ROW_ERROR, Rule

# How many digits a time of 2001 to 2286 has where it counts seconds, milliseconds, microseconds.
EPOCHS_BY_DIGITS = {10: "epoch", 13: "epoch_ms", 16: "epoch_us"}


@dataclass(frozen=True)
class Misfit:
    """Rows in which one column does not parse; it sets the row aside, or its own value alone."""

    column: str
    sets_row_aside: bool
    row_count: int
    parsed_count: int  # values of the column that do parse, over all rows
    example: str


@dataclass(frozen=True)
class Fit:
    """What does not parse, by column; empty where everything does."""

    misfits: tuple[Misfit, ...]

    @property
    def of_rows(self) -> list[Misfit]:
        """What sets rows aside."""
        return [misfit for misfit in self.misfits if misfit.sets_row_aside]

    @property
    def of_values(self) -> list[Misfit]:
        """What sets single values aside; their rows count."""
        return [misfit for misfit in self.misfits if not misfit.sets_row_aside]


def check_fit(  # noqa: PLR0913
    connection: duckdb.DuckDBPyConnection,
    entity: Entity,
    path: Path,
    label: str,
    rules: Iterable[Mapping[str, Rule]],
    *,
    accept: bool,
) -> Fit:
    """Return what does not parse in a landed file.

    UserError where no value at all of a column parses, unless `accept`: then the mapping, not the
    data, is wrong.
    """
    sources = {name: rule for part in rules for name, rule in part.items()}
    misfits = tuple(
        Misfit(column, is_row, rows, parsed, _value(raw, sources.get(column)))
        for column, is_row, rows, raw, parsed in _unparsed(connection, entity, path)
    )
    for misfit in misfits:
        if misfit.parsed_count == 0 and not accept:
            raise UserError(_no_fit(entity, label, misfit, sources.get(misfit.column)))
    return Fit(misfits)


def _unparsed(
    connection: duckdb.DuckDBPyConnection, entity: Entity, path: Path
) -> list[tuple[str, bool, int, str, int]]:
    """Return column, whether it sets the row aside, rows, one's raw text, and parsed values."""
    # received_at falls back to a default and so never looks unparsed; a row counts as parsed here.
    counts = " ".join(
        f"when {sql.text(column.name)} then (select count({sql.identifier(column.name)}) from file)"
        for column in entity.given_columns
        if column.name != RECEIVED_AT.name
    )
    return connection.execute(
        f"with file as (select * from read_parquet({sql.path(path)})), "
        "misfits as (select parse_error as name, true as is_row, raw_text from file "
        "where parse_error is not null "
        "union all select unnest(string_split(set_aside, ',')), false, raw_text from file "
        "where set_aside is not null) "
        f"select name, is_row, count(*), min(raw_text), case name {counts} else 1 end "
        "from misfits group by name, is_row order by is_row desc, count(*) desc, name"
    ).fetchall()


def _value(raw_text: str, rule: Rule | None) -> str:
    """Return the value that did not parse, out of the raw text of its row."""
    if rule is None or rule.source is None:
        return raw_text
    value = json.loads(raw_text).get(rule.source)
    for step in rule.path:
        value = _inner(value, step)
    return value if isinstance(value, str) else json.dumps(value)


def _inner(value: object, step: str) -> object:
    """Return what a JSON value holds under a key; the value itself where it holds nothing."""
    with suppress(ValueError):
        value = json.loads(value) if isinstance(value, str) else value
    if isinstance(value, list) and step.isdigit() and int(step) < len(value):
        return value[int(step)]
    return value.get(step, value) if isinstance(value, dict) else value


def _no_fit(entity: Entity, label: str, misfit: Misfit, rule: Rule | None) -> str:
    column = entity.column(misfit.column)
    source = (rule.name if rule else None) or column.name
    how = f" in the format {rule.format}" if rule and rule.format else ""
    return (
        f"{label}: not one value of column {source!r} is a {column.data_type}{how}, which "
        f"{entity.name}.{column.name} needs; one is of the form {shape(misfit.example)}"
        f"{_format_hint(column, source, misfit.example)}. "
        "Nothing was landed; --unparsed-ok lands such rows as unparsed"
    )


def _format_hint(column: Column, source: str, example: str) -> str:
    """Say how times that do not parse are mapped: by digits, what a number since 1970 counts."""
    if column.data_type not in TIMES:
        return ""
    digits = example.strip().partition(".")[0]
    counted = EPOCHS_BY_DIGITS.get(len(digits)) if digits.isdigit() else None
    if counted:
        return f"; if it counts since 1970, --map {column.name}={source}:{counted}"
    return f"; see --map {column.name}={source}:%d/%m/%Y, :epoch, :epoch_ms or :epoch_us"


def shape(value: str, length: int = 80) -> str:
    """Write how a value looks, 99/9/9999 for a date, because it may be personal itself."""
    looks = "".join(map(_kind, value[:length]))
    return repr(looks if len(value) <= length else f"{looks}...")


def _kind(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if letter.isalpha():
        return "A" if letter.isupper() else "a"
    return letter


def summary(misfits: Iterable[Misfit]) -> str:
    """Say which columns do not parse in how many rows, with an example each."""
    return "; ".join(
        f"{'whole row' if m.column == ROW_ERROR else m.column} in {m.row_count:,} "
        f"(of the form {shape(m.example)})"
        for m in misfits
    )
