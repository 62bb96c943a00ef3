"""What `product-health review` refuses: bases, folders, databases and repositories."""

import shutil
import subprocess
from pathlib import Path

import duckdb

import edits
from scratch import Scratch, refused


def test_a_base_that_does_not_build(scratch: Scratch) -> None:
    scratch.edit("csat_daily.sql", ("ref('int_csat_scores')", "ref('int_nowhere')"))
    commit = scratch.commit()
    scratch.git("revert", "--no-edit", "HEAD")
    said = refused(scratch.run("review", "--base", commit))
    assert said.startswith(f"commit {commit[:10]} does not build, so name another one: dbt parse:")
    assert "depends on a node named 'int_nowhere' which was not found" in said


def database(path: Path) -> Path:
    with duckdb.connect(path) as connection:
        connection.execute("create table x (y int)")
    return path


def test_places_and_commits_that_are_not_there(scratch: Scratch, tmp_path: Path) -> None:
    text = tmp_path / "text.duckdb"
    text.write_text("no database")
    refusals = {
        ("--base", "nope"): "there is no commit, branch or tag 'nope'; name another "
        "(branches here: main)",
        ("--base", "start", "--head", "nope"): "there is no commit, branch or tag 'nope'",
        ("--landing", str(tmp_path)): f"{tmp_path}: no landing folder (it has no loads/)",
        ("--landing", str(tmp_path / "no")): f"{tmp_path / 'no'}: no landing folder",
        ("--database", str(tmp_path / "no")): f"{tmp_path / 'no'}: no such database file",
        ("--database", str(text)): f"{text}: cannot be read as a DuckDB file: ",
        ("--landing", "x", "--database", "y"): "name --landing or --database, not both",
    }
    for options, told in refusals.items():
        assert refused(scratch.run("review", *options)).startswith(told)


def test_a_database_without_the_raw_tables(scratch: Scratch, tmp_path: Path) -> None:
    edits.nps_threshold(scratch)
    path = database(tmp_path / "it's.duckdb")
    result = scratch.run("review", "--base", "start", "--database", str(path))
    assert "metrics/voice.yml: metric csat cannot be computed on the raw tables of it's" in (
        refused(result)
    )


def clone(copy: Scratch, path: Path, *options: str) -> Scratch:
    git = shutil.which("git")
    assert git
    source = f"file://{copy.root}"
    subprocess.run([git, "clone", "-q", *options, source, str(path)], check=True)  # noqa: S603
    return Scratch(path)


def test_a_shallow_clone(scratch: Scratch, tmp_path: Path) -> None:
    first = scratch.commit("first")
    scratch.commit("second")
    shallow = clone(scratch, tmp_path / "shallow", "--depth", "1")
    said = refused(shallow.run("review", "--base", first))
    assert said.startswith(f"commit '{first}' is not in this shallow clone: fetch all of it")
    assert "git fetch --unshallow" in said
    assert "fetch-depth: 0" in said
    # both tips are there, what is between them is not
    scratch.git("checkout", "-q", "-B", "work", first)
    scratch.commit("third")
    scratch.commit("fourth")
    tips = clone(scratch, tmp_path / "tips", "--depth", "1", "--no-single-branch")
    said = refused(tips.run("review", "--base", "main"))
    assert "is not in this shallow clone: fetch all of it" in said


def test_a_repository_without_main_and_none_at_all(scratch: Scratch, tmp_path: Path) -> None:
    trunk = clone(scratch, tmp_path / "trunk")
    trunk.git("checkout", "-q", "-B", "trunk")
    trunk.git("branch", "-q", "-D", "main")
    trunk.git("remote", "remove", "origin")
    said = refused(trunk.run("review"))
    assert said == ("there is no commit, branch or tag 'main'; name another (branches here: trunk)")
    shutil.rmtree(trunk.root / ".git")
    assert "is not in a git repository, so there is no base" in refused(trunk.run("review"))
