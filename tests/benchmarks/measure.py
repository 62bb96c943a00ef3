"""What a command costs: time, processor time and the most memory it held."""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Cost:
    """Wall and processor time in seconds, peak of resident memory in bytes."""

    seconds: float
    processor_seconds: float
    peak_bytes: int


def run_measured(
    command: Sequence[str | Path],
    environment: Mapping[str, str] | None = None,
    folder: Path = ROOT,
) -> Cost:
    """Run a command in a folder; raises CalledProcessError if it fails."""
    started = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 - commands of the project itself
        [str(part) for part in command], cwd=folder, env={**os.environ, **(environment or {})}
    )
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    # Linux counts ru_maxrss in KiB
    return Cost(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)
