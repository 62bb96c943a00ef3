"""What a child process may use. Limits hold for the process: nothing that SQL does evades them."""

import resource
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# DuckDB's own limit says it in words; that of the process holds where DuckDB does not count.
MEMORY_LIMIT = "1GB"
ADDRESS_BYTES = 3 * 2**30
MOST_FILE_BYTES = 2**60


@dataclass(frozen=True)
class Limits:
    """Processor seconds, and bytes of each file that it writes."""

    cpu_seconds: int
    file_bytes: int = 0

    @property
    def wall_seconds(self) -> int:
        """After so long a child is ended that waits instead of computing."""
        return 2 * self.cpu_seconds


def limit_process(limits: Limits) -> None:
    """Limit memory, time and files written of this process."""
    file_bytes = min(limits.file_bytes, MOST_FILE_BYTES)
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_BYTES, ADDRESS_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def lock(connection: Any, settings: Mapping[str, Any] | None = None) -> None:
    """Let a DuckDB connection reach nothing but what it has open, and let no setting be changed.

    `settings`, of which allowed_paths is one, hold as well.
    """
    chosen = {"memory_limit": MEMORY_LIMIT, "temp_directory": "", "threads": 2, "TimeZone": "UTC"}
    # a table that is not there is an error, and never a Python variable of its name
    chosen |= {"python_enable_replacements": False, **(settings or {})}
    for name, value in chosen.items():
        connection.execute(f"set {name} = ?", [value])
    connection.execute("set enable_external_access = false")
    connection.execute("set lock_configuration = true")
