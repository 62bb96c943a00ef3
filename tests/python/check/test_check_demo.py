"""The suites on the demo company, as it is built."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from checked_project import Answer, Checked

SECONDS = 20
MEGABYTES = 1000
# CPU seconds: what other processes of the machine take does not count. Memory by the system's own
# word on this program: ru_maxrss would count what the test had before it started this program.
MEASURED = """
import re, resource, sys
from product_health.cli import main
try:
    main(["check"])
finally:
    used = resource.getrusage(resource.RUSAGE_SELF)
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())
    print("MEASURED", used.ru_utime + used.ru_stime, int(peak[1]) // 1024)
"""

OF_LANDED_ROWS = """
relation: staging.stg_landing__loads
description: The register as it is.
owner: data engineering
expectations:
  - name: counts_rows
    description: No load has fewer rows than none.
    severity: error
    expect: UnexpectedRowsExpectation
    unexpected_rows_query: select * from {batch} where row_count < 0
"""


@pytest.fixture
def demo(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Checked:
    """The project beside the warehouse that was built of the demo."""
    built = root / os.environ.get("PRODUCT_HEALTH_DATABASE", ".warehouse/product_health.duckdb")
    if not built.exists() or not (root / "landing" / "truth.json").exists():
        pytest.skip("the demo is not built here")
    for part in ("dbt_project.yml", "profiles.yml", "models", "tests", "landing"):
        (tmp_path / part).symlink_to(root / part)
    (tmp_path / ".warehouse").mkdir()
    shutil.copy(built, tmp_path / ".warehouse" / "product_health.duckdb")
    monkeypatch.delenv("PRODUCT_HEALTH_DATABASE", raising=False)
    monkeypatch.chdir(tmp_path)
    return Checked(tmp_path)


def test_the_demo_holds_in_seconds_and_little_memory(demo: Checked) -> None:
    before = set(demo.folder.iterdir())
    ran = subprocess.run(  # noqa: S603 - nothing here comes from outside
        [sys.executable, "-c", MEASURED], capture_output=True, text=True, check=False
    )
    measured = ran.stdout.rpartition("MEASURED ")[2].split()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "nanobind" not in ran.stderr
    seconds, megabytes = map(float, measured)
    assert seconds < SECONDS
    assert megabytes < MEGABYTES
    assert set(demo.folder.iterdir()) - before == {demo.folder / "target"}
    written = {path.name for path in (demo.folder / "target").rglob("*") if path.is_file()}
    assert written == {"index.html", "check.json"}


def test_the_same_build_has_the_same_fingerprint(demo: Checked) -> None:
    def fingerprint(answer: Answer) -> object:
        return answer.document["database"]["fingerprint"]

    first = fingerprint(demo("--suite", "published/usage_l28"))
    assert fingerprint(demo("--suite", "published/usage_l28")) == first
    with duckdb.connect(demo.database) as connection:
        connection.execute("delete from marts.usage_l28_v1 where date_day = date '2025-06-01'")
    assert fingerprint(demo("--suite", "published/usage_l28")) != first


def test_a_landing_folder_that_moved(demo: Checked) -> None:
    (demo.folder / "landing").unlink()
    # what was built is checked without it
    assert demo("--suite", "landed/freshness").exit_code == 0
    (demo.folder / "tests").unlink()
    demo.suite("landed/raw", OF_LANDED_ROWS)
    answer = demo()
    assert answer.exit_code == 1
    assert (
        "the landing folder that this warehouse was built from is not where it was" in answer.said
    )
