"""Whether what was landed fits: which columns do not parse, and whether one never does."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from product_health.contract import Entity
from product_health.errors import UserError
from product_health.landing import sql
from product_health.landing.parse import RECEIVED_AT, ROW_ERROR, Rule


@dataclass(frozen=True)
class Misfit:
    """Rows that do not parse because of one column."""

    column: str
    row_count: int
    parsed_count: int  # values of the column that do parse, over all rows
    example: str


@dataclass(frozen=True)
class Fit:
    """What does not parse, by column; empty where everything does."""

    misfits: tuple[Misfit, ...]

    @property
    def unparsed_count(self) -> int:
        """Rows that do not parse."""
        return sum(misfit.row_count for misfit in self.misfits)


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
        Misfit(column, rows, parsed, _value(raw, sources.get(column)))
        for column, rows, raw, parsed in _unparsed(connection, entity, path)
    )
    for misfit in misfits:
        if misfit.parsed_count == 0 and not accept:
            raise UserError(_no_fit(entity, label, misfit, sources.get(misfit.column)))
    return Fit(misfits)


def _unparsed(
    connection: duckdb.DuckDBPyConnection, entity: Entity, path: Path
) -> list[tuple[str, int, str, int]]:
    """Return column, unparsed rows, the raw text of one, and parsed values of the column."""
    counts = " ".join(
        f"when {sql.text(column.name)} then (select count({sql.identifier(column.name)}) from file)"
        for column in entity.columns
    )
    # received_at falls back to a default and so never looks unparsed; a row counts as parsed here.
    return connection.execute(
        f"with file as (select * from read_parquet({sql.text(str(path))})) "
        "select parse_error, count(*), min(raw_text), "
        f"case parse_error {counts} else 1 end from file "
        "where parse_error is not null group by parse_error order by count(*) desc, parse_error"
    ).fetchall()


def _value(raw_text: str, rule: Rule | None) -> str:
    """Return the value that did not parse, out of the raw text of its row."""
    if rule is None or rule.source is None:
        return raw_text
    value = json.loads(raw_text).get(rule.source)
    return value if isinstance(value, str) else json.dumps(value)


def _no_fit(entity: Entity, label: str, misfit: Misfit, rule: Rule | None) -> str:
    known = {column.name: column for column in (*entity.columns, RECEIVED_AT)}
    column = known[misfit.column]
    source = rule.source if rule and rule.source else column.name
    how = f" in the format {rule.format}" if rule and rule.format else ""
    hint = (
        f"; see --map {column.name}=<input column>:epoch, :epoch_ms or :%d/%m/%Y"
        if column.data_type in {"date", "timestamp"}
        else ""
    )
    return (
        f"{label}: not one value of column {source!r} is a {column.data_type}{how}, which "
        f"{entity.name}.{column.name} needs; one is of the form {shape(misfit.example)}{hint}. "
        "Nothing was landed; --unparsed-ok lands such rows as unparsed"
    )


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


def summary(fit: Fit) -> str:
    """Say which columns do not parse in how many rows, with an example each."""
    return "; ".join(
        f"{'whole row' if m.column == ROW_ERROR else m.column} in {m.row_count:,} "
        f"(of the form {shape(m.example)})"
        for m in fit.misfits
    )
