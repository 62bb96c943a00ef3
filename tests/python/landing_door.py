"""The command that lands, as the tests run it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from click.testing import CliRunner, Result

from product_health.cli import main
from product_health.landing.store import LandingStore


@dataclass
class Door:
    """Runs `product-health land` in a project of its own and reads what was landed."""

    folder: Path
    store: LandingStore

    def file(self, name: str, content: bytes | str) -> Path:
        """Write an input file."""
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(self, *args: str | Path) -> Result:
        """Run the command; whatever it is given, it may not end in a stack trace."""
        result = CliRunner().invoke(main, ["land", *map(str, args)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result
        assert "Traceback" not in result.output
        return result

    def landed(self, *args: str | Path) -> list[dict[str, Any]]:
        """Run the command, which must succeed, and return the rows of its load."""
        result = self.land(*args)
        assert result.exit_code == 0, result.output
        return self.rows(str(args[0]))

    def refused(self, *args: str | Path) -> str:
        """Run the command, which must refuse and land nothing, and return its message."""
        before = self.store.loads()
        result = self.land(*args)
        assert result.exit_code == 1, result.output
        assert result.stdout == ""
        assert self.store.loads() == before
        assert not list(self.store.root.glob(".tmp-*"))
        message = result.stderr
        assert message.startswith("error: ")
        assert message.count("\n") == 1, message
        return message

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """Return the rows of the last load."""
        last = self.store.loads()[-1]["load_id"]
        path = self.store.load_dir(last) / f"{entity}.parquet"
        with duckdb.connect() as connection:
            result = connection.execute(
                "select * from read_parquet(?, hive_partitioning = false)", [str(path)]
            )
            names = [column[0] for column in result.description or []]
            return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
