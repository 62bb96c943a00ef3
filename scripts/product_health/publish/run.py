"""One publication, from the gate to the link that readers follow."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import duckdb

from product_health.check.results import CheckResult
from product_health.errors import UserError
from product_health.lock.entries import lock_digest
from product_health.publish import gate, measure
from product_health.publish.duckdb_files import SetWriter
from product_health.publish.history import Definition, History, extended
from product_health.publish.meta import (
    read_history,
    read_publications,
    require_same_data,
    write_checks,
    write_loads,
    write_meta,
)
from product_health.publish.plan import Mart, Plan, plan
from product_health.publish.sets import UNCOMMITTED, Publication, PublishedSets
from product_health.repository import Repository
from product_health.warehouse import warehouse_path


@dataclass(frozen=True)
class Publishing:
    """A publication of a project at a time (UTC); `tell` is told what takes long."""

    project: Path
    sets: PublishedSets
    now: datetime
    tell: Callable[[str], None]

    def run(self) -> Publication:
        """Publish the warehouse; UserError where it may not be, and readers keep what they have."""
        warehouse = warehouse_path(self.project)
        if not warehouse.exists():
            message = (
                f"not published: there is no warehouse yet ({warehouse.name}); run `dbt build`"
            )
            raise UserError(message)
        with self.sets.locked():
            passed, check = gate.require_passed(self.project, warehouse)
            planned = plan(self.project, self.tell)
            run_id = self.sets.next_run(self.now)
            folder = self.sets.building(run_id)
            try:
                with SetWriter(warehouse, folder) as writer:
                    # from here on nobody can write the warehouse
                    gate.require_state(warehouse, passed)
                    card = self._write(writer, run_id, planned, check)
                self.sets.publish(folder, card)
            except (duckdb.Error, OSError) as error:
                reason = str(error).splitlines()[0]
                message = f"not published, and people read what they read before: {reason}"
                raise UserError(message) from error
            finally:
                if folder.exists():
                    # a disk that is full, say: the next run removes it
                    with suppress(OSError):
                        self.sets.discard(folder)
            for told in self.sets.prune():
                self.tell(f"note: {told}")
        return card

    def _write(
        self, writer: SetWriter, run_id: str, planned: Plan, check: CheckResult
    ) -> Publication:
        landed = measure.landed(writer.run)
        current = self.sets.current_run()
        earlier = self.sets.folder(current) if current else None
        if earlier:
            # before anything is copied
            require_same_data(earlier, landed)
        tables = {self._place(mart): writer.copy(mart) for mart in planned.marts}
        card = self._card(run_id, writer, tables)
        history = self._history(card, planned, writer, earlier)
        rows = read_publications(earlier) if earlier else []
        write_meta(writer, card, rows, history, planned.questions)
        write_checks(writer, check)
        write_loads(writer, landed)
        for mart in planned.marts:
            if not mart.is_reading:
                writer.export(f"marts.{mart.table}", mart.table)
        writer.finish()
        return card

    def _place(self, mart: Mart) -> str:
        return f"{'metrics' if mart.is_reading else 'marts'}.{mart.table}"

    def _card(self, run_id: str, writer: SetWriter, tables: dict[str, int]) -> Publication:
        count, last = measure.loads(writer.run)
        return Publication(
            run_id=run_id,
            previous_run_id=self.sets.current_run(),
            published_at=self.now,
            commit=Repository(self.project).commit_of_files() or UNCOMMITTED,
            lock_sha256=lock_digest(self.project),
            dbt_version=version("dbt-core"),
            duckdb_version=duckdb.__version__,
            loads=count,
            last_load_id=last,
            tables=tables,
        )

    def _history(
        self, card: Publication, planned: Plan, writer: SetWriter, earlier: Path | None
    ) -> History:
        before = self.sets.card(card.previous_run_id) if card.previous_run_id else None
        old_loads = (before.loads, before.last_load_id) if before else None
        definitions = [
            Definition(one.metric, card.run_id, one.version, one.fingerprint, one.shape)
            for one in planned.questions
        ]
        return extended(
            read_history(earlier) if earlier else History(),
            definitions,
            measure.readings(planned.questions, writer.ask(planned.marts)),
            measure.new_data(planned.questions, old_loads, writer.run),
        )
