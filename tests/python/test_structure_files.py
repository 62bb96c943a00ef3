"""The rules of the house that files themselves show: rooms, length, engines, no machine.

Each failure names the file and says what to do.
"""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from product_health.contract import CONTRACT_FILE, Contract
from structure import fails, sql_files

SQL_FOLDERS = ("models", "macros", "tests/generic", "tests/singular")
MOST_LINES = {
    **{f"{folder}/**/*.sql": 120 for folder in SQL_FOLDERS},
    "scripts/**/*.py": 400,
    "tests/**/*.py": 400,
}
FOLDERS = {"models", "seeds", "macros", "tests", "metrics", "scripts"}
DUCKDB_ONLY = re.compile(
    r"""\b(unnest|generate_series|struct_pack|struct_extract|read_parquet|read_csv|epoch|date_diff
    |datediff|to_days|to_minutes|to_months|timezone|arg_max|arg_min|max_by|min_by|hash|try_cast
    |strftime|strptime|regexp_matches|date_trunc|to_json|quantile_cont|list_\w+|array_agg)\s*\(
    |\b(qualify|asof|ilike|exclude|from\s+range)\b|group\s+by\s+all\b|\border\s+by\s+all\b|::""",
    re.VERBOSE | re.IGNORECASE,
)
# What other databases do otherwise, or not at all; PostgreSQL and Spark have been tried.
NOT_EVERYWHERE = {
    r"(?<!')\bdesc\b(?!'|\s+nulls\b)": "write nulls last: databases differ in where NULLs stand",
    r"\bdouble\b(?!\s+precision)": "write double precision",
    r"\bisodow\b": "use macro iso_weekday",
    r"\bover\s*\(\s*\w+\s+(rows|range)\b": "write the window out beside its frame",
    r"\b(sum|avg)\s*\([^()]*\border\s+by\b": "use macro exact_sum, for which no order counts",
    r"\b(lag|lead)\s*\([^(),]+,\s*[^\d\s]": "look a fixed number of rows back, or join",
}
MACHINE = re.compile(
    r"(?<![\w.$}])/(work|home|root|Users|tmp|mnt|opt)/\w|[A-Z]:\\\\Users"
    r"|(index[-_]url|trusted-host|find-links)\s*[=:]?\s*http|pythonhosted|pypi\.org|artifactory"
    r"|nexus\.|jfrog|https?://(localhost|127\.0\.0\.1|\d+\.\d+)",
)


@pytest.fixture(scope="module")
def tracked(root: Path) -> list[Path]:
    """The files that git tracks, or would track, relative to the project's folder."""
    git = shutil.which("git")
    if git is None or not (root / ".git").exists():
        pytest.skip("not a checkout of git")
    command = [git, "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)  # noqa: S603
    return [Path(line) for line in listed.stdout.splitlines() if (root / line).is_file()]


def test_only_staging_names_a_source(root: Path) -> None:
    wrong = [
        f"{path}: source(...)"
        for path, sql in sql_files(root, *SQL_FOLDERS)
        if re.search(r"\bsource\s*\(", sql) and path.parts[:2] != ("models", "staging")
    ]
    assert not wrong, fails(wrong, "read the staging model by ref() instead")


def test_macro_files_say_what_they_are(root: Path) -> None:
    paths = [*(root / "macros").rglob("*.sql"), *(root / "tests/generic").rglob("*.sql")]
    wrong = [
        str(path.relative_to(root))
        for path in paths
        if not path.read_text(encoding="utf-8").startswith("{# ")
    ]
    assert not wrong, fails(wrong, "begin the file with {# what it defines #}")


def test_contract_entities_are_those_of_the_contract(root: Path, contract: Contract) -> None:
    path = Path("macros/rows/landing_contract.sql")
    text = (root / path).read_text(encoding="utf-8")
    body = text.partition("macro contract_entities")[2].partition("endmacro")[0]
    listed = set(re.findall(r"'(\w+)'", body))
    assert listed == set(contract.entities), fails(
        listed ^ set(contract.entities), f"list in {path} the entities of {CONTRACT_FILE}"
    )


def test_engine_specific_sql_is_in_one_place(root: Path) -> None:
    wrong = [
        f"{path}: {match.group().strip()}"
        for path, sql in sql_files(root, *SQL_FOLDERS)
        if path.parts[:2] != ("macros", "engines")
        for match in DUCKDB_ONLY.finditer(sql)
    ]
    assert not wrong, fails(wrong, "write a macro in macros/engines for it")


@pytest.mark.parametrize(("pattern", "do"), NOT_EVERYWHERE.items())
def test_sql_is_what_other_databases_take_too(root: Path, pattern: str, do: str) -> None:
    wrong = [
        f"{path}: {match.group().strip()}"
        for path, sql in sql_files(root, *SQL_FOLDERS)
        for match in re.finditer(pattern, sql, re.IGNORECASE)
    ]
    assert not wrong, fails(wrong, do)


@pytest.mark.parametrize(("pattern", "most"), MOST_LINES.items())
def test_files_are_short(root: Path, tracked: list[Path], pattern: str, most: int) -> None:
    kept = set(tracked)
    paths = [path.relative_to(root) for path in root.glob(pattern)]
    lines = {
        path: len((root / path).read_text(encoding="utf-8").splitlines())
        for path in paths
        if path in kept
    }
    wrong = [f"{path}: {count} lines" for path, count in lines.items() if count > most]
    assert not wrong, fails(wrong, f"at most {most} lines: ask what else hides in it")


def test_top_level_folders_are_the_rooms(tracked: list[Path]) -> None:
    top = {path.parts[0] for path in tracked if len(path.parts) > 1}
    extra = {name for name in top if not name.startswith(".")} - FOLDERS
    assert not extra, fails(extra, f"tracked files stand in {sorted(FOLDERS)}")


def test_the_threat_model_names_tests_that_are_there(root: Path) -> None:
    named = re.findall(r"[\w/]+\.py", (root / "SECURITY.md").read_text(encoding="utf-8"))
    missing = [name for name in named if not (root / "tests/python" / name).is_file()]
    assert named
    assert not missing, fails(missing, "name in SECURITY.md the test that shows it now")


def test_files_name_no_machine_and_no_registry(root: Path, tracked: list[Path]) -> None:
    wrong = []
    for path in tracked:
        if path.name == Path(__file__).name:
            continue
        text = (root / path).read_bytes().decode("utf-8", "ignore")
        wrong += [f"{path}: {match.group()}" for match in MACHINE.finditer(text)]
    assert not wrong, fails(wrong, "paths relative to the project, and no host of a registry")
