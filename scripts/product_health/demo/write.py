"""From numbers to landed loads: rows are spelled out in SQL and enter by the landing door."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.params import DAY, moment
from product_health.demo.rows import AS_TEXT, CODE, KIND_NAMES, Rows
from product_health.landing import sql
from product_health.landing.parse import ROW_TEXT, row_sql, strict_select

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    import duckdb

    from product_health.contract import Contract, Entity
    from product_health.demo.params import Ints, Parameters

BAD_TIMES = ("not a time", "2025-13-45 99:00:00", "infinity", "yesterday, around noon")
# By column, what people write where a value is not known.
BAD_VALUES = {"amount": "to be agreed"}
RAGGED = 'one;field;too;many;"and a quote that never ends'


@dataclass(frozen=True)
class Part:
    """Rows of an entity that wait on disk, and the loads (from 0) that they are for."""

    path: Path
    first_load: int
    last_load: int


@dataclass
class Spool:
    """Where rows wait until their load is written; counts are rows by load and kind.

    late are the sound rows that came more than a day after they happened, by load;
    sums add up each load's numbers, so that other rows have another fingerprint.
    """

    connection: duckdb.DuckDBPyConnection
    folder: Path
    parameters: Parameters
    parts: dict[str, list[Part]] = field(default_factory=dict)
    counts: dict[str, Ints] = field(default_factory=dict)
    late: dict[str, Ints] = field(default_factory=dict)
    sums: dict[str, Ints] = field(default_factory=dict)

    def add(self, rows: Rows) -> None:
        """Keep rows, in order of their arrival."""
        rows = rows.sorted()
        parts = self.parts.setdefault(rows.entity, [])
        loads = self.parameters.loads_of(rows.received)
        self._count(rows, loads)
        path = self.folder / f"{rows.entity}-{len(parts):05d}.parquet"
        arrays = {
            **rows.columns,
            "event_us": rows.event,
            "received_us": rows.received,
            "kind": rows.kind,
            "load_number": loads.astype(np.int32),
        }
        arrays = {name: np.ascontiguousarray(values) for name, values in arrays.items()}
        self.connection.register("arrays", arrays)
        self.connection.execute(
            f"copy (select * from arrays) to {sql.text(str(path))} "
            "(format parquet, compression uncompressed)"
        )
        self.connection.unregister("arrays")
        if len(rows):
            parts.append(Part(path, int(loads.min()), int(loads.max())))
        else:
            parts.append(Part(path, 0, len(self.parameters.load_ends())))

    def _count(self, rows: Rows, loads: Ints) -> None:
        kinds, ends = len(KIND_NAMES), len(self.parameters.load_ends())
        shape = (ends + 1, kinds)
        seen = np.bincount(loads * kinds + rows.kind, minlength=(ends + 1) * kinds).reshape(shape)
        before = self.counts.get(rows.entity, np.zeros(shape, dtype=np.int64))
        self.counts[rows.entity] = before + seen
        is_late = (rows.received - rows.event > DAY) & (rows.event >= self.parameters.start_us)
        is_late &= rows.kind == CODE["sound"]
        late = np.bincount(loads[is_late], minlength=ends + 1)
        self.late[rows.entity] = self.late.get(rows.entity, 0) + late
        sums = np.zeros(ends + 1, dtype=np.int64)
        np.add.at(sums, loads, _mixed(rows))
        self.sums[rows.entity] = self.sums.get(rows.entity, 0) + sums

    def relation(self, entity: str, load: int) -> str:
        """SELECT of the rows of one load; no rows where it brings none."""
        every = self.parts[entity]
        parts = [part for part in every if part.first_load <= load <= part.last_load] or every[:1]
        paths = ", ".join(sql.path(part.path) for part in parts)
        return f"select * from read_parquet([{paths}]) where load_number = {load}"


def _mixed(rows: Rows) -> Ints:
    """One number a row, of all that it holds."""
    mixed = 31 * rows.event + 17 * rows.received + rows.kind
    for place, values in enumerate(rows.columns.values(), start=1):
        whole = np.nan_to_num(100 * values) if values.dtype.kind == "f" else values
        mixed = mixed + (1_000_003 * place) * whole.astype(np.int64)
    return np.asarray(mixed, dtype=np.int64)


def sound_sql(entity: Entity, relation: str, select: Mapping[str, str]) -> str:
    """SELECT of the rows whose values all parse, in their landed shape."""
    typed = {
        column.name: f"cast({select[column.name]} as {column.duckdb_type})"
        for column in entity.columns
    }
    given = row_sql(entity, {**typed, "received_at": "make_timestamp(received_us)"})
    return f"select {given} from ({relation}) where kind not in {AS_TEXT}"


def malformed_sql(
    entity: Entity, relation: str, select: Mapping[str, str], *, received_at: datetime
) -> str:
    """SELECT of the rows of which something does not parse: as text, through the strict parser."""
    texts = ", ".join(
        f'{_as_text(entity, column.name, select[column.name])} as "{column.name}"'
        for column in entity.columns
    )
    # The text follows each row, so that two ragged rows are not the same row.
    row_text = f"case when kind = {CODE['ragged']} then '{RAGGED}' || event_us end"
    source = (
        f'select {texts}, make_timestamp(received_us) as received_at, {row_text} as "{ROW_TEXT}" '
        f"from ({relation}) where kind in {AS_TEXT}"
    )
    columns = {column.name: "VARCHAR" for column in entity.columns}
    columns |= {"received_at": "TIMESTAMP", ROW_TEXT: "VARCHAR"}
    return strict_select(entity, source, received_at=received_at, columns=columns)


def _as_text(entity: Entity, column: str, expression: str) -> str:
    text = f"cast({expression} as varchar)"
    if column in BAD_VALUES:
        text = f"case when kind = {CODE['bad_value']} then '{BAD_VALUES[column]}' else {text} end"
    if column == entity.event_time:
        bad = ", ".join(f"'{value}'" for value in BAD_TIMES)
        chosen = f"([{bad}])[event_us // 1000 % {len(BAD_TIMES)} + 1]"
        text = f"case when kind = {CODE['bad_time']} then {chosen} else {text} end"
    if column == entity.key[0]:
        text = f"case when kind <> {CODE['missing_id']} then {text} end"
    return f"case when kind <> {CODE['ragged']} then {text} end"


@dataclass(frozen=True)
class LoadWriter:
    """Writes the loads of a company whose rows wait in a spool."""

    spool: Spool
    contract: Contract
    selects: Mapping[str, Mapping[str, str]]

    def fingerprint(self, entity: str, load: int) -> str:
        """SHA-256 of what made the rows: the parameters, the numbers and how they are spelled."""
        numbers = [int(self.spool.sums[entity][load]), self.spool.counts[entity][load].tolist()]
        made = [describe(self.spool.parameters), entity, load, numbers, self.selects[entity]]
        return hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()

    def sql(self, entity: str, load: int) -> str:
        """SELECT of an entity's rows of one load, in their landed shape."""
        relation = self.spool.relation(entity, load)
        table, select = self.contract.entity(entity), self.selects[entity]
        sound = sound_sql(table, relation, select)
        if not self.spool.counts[entity][load, list(AS_TEXT)].any():
            return sound
        taken = moment(int(self.spool.parameters.load_ends()[load]))
        malformed = malformed_sql(table, relation, select, received_at=taken)
        return f"{sound} union all select * from ({malformed})"


def describe(parameters: Parameters) -> dict[str, object]:
    """Return what makes two runs equal."""
    return {
        "seed": parameters.seed,
        "accounts": parameters.accounts,
        "days": parameters.days,
        "scale": parameters.scale,
        "start": parameters.start.isoformat(),
        "tail_loads": parameters.tail_loads,
    }
