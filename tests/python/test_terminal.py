"""What commands print: text of the data is shown as it is, and never obeyed."""

import ast
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from landing_door import Door
from product_health import terminal
from structure import fails

PACKAGE = Path("scripts/product_health")
# The one home of prints, and the child processes, which speak to their parents alone.
HOMES = {PACKAGE / name for name in ("terminal.py", "query/child.py", "landing/query_child.py")}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
OBEYED = {
    "\x1b[31mred\x1b[0m": r"\x1b[31mred\x1b[0m",
    "two\nlines\tand\rthree": r"two\nlines\tand\rthree",
    "\x9b31m\x07\x08": r"\x9b31m\x07\x08",
    "abc\u202edcba\u2066": r"abc\u202edcba\u2066",
    "half \udce9": r"half \udce9",
}
AS_IT_IS = ("[/x]", "a[red]b", ":smile:", "Žofie 用户 ﷺ 👩‍🚀", r"\x1b", "{x} %s $x")


@pytest.mark.parametrize(("text", "shown"), OBEYED.items())
def test_control_characters_are_shown(text: str, shown: str) -> None:
    assert terminal.plain(text) == shown


@pytest.mark.parametrize("text", AS_IT_IS)
def test_all_other_text_is_as_it_is(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert terminal.plain(text) == text
    terminal.write(terminal.table(("name",), [(text,)]))
    assert capsys.readouterr().out == f"name\n{text}\n"


def test_lines_end_where_the_command_ends_them(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.write("one\ntwo\x1b[2J", err=True)
    assert capsys.readouterr().err == "one\ntwo\\x1b[2J\n"


def test_columns_are_aligned_by_the_cells_that_text_takes() -> None:
    drawn = terminal.table(("name", "count"), [("用户", 1), ("a\nb", 1000)], right=("count",))
    assert drawn.splitlines() == ["name  count", "用户      1", r"a\nb   1000"]


def prints(tree: ast.AST) -> Iterator[int]:
    """Give the lines of what writes to a terminal, or might."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Name) and called.id in {"print", "echo", "secho"}:
                yield node.lineno
            if isinstance(called, ast.Attribute) and called.attr in {"echo", "secho", "print"}:
                yield node.lineno
        elif isinstance(node, ast.Attribute):
            is_stream = node.attr in STREAMS and getattr(node.value, "id", "") == "sys"
            if is_stream:
                yield node.lineno
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None), *(name.name for name in node.names)]
            if any(str(name).split(".")[0] == "rich" for name in names):
                yield node.lineno


def test_only_one_module_prints(root: Path) -> None:
    found = [
        f"{path.relative_to(root)}, line {line}"
        for path in sorted((root / PACKAGE).rglob("*.py"))
        if path.relative_to(root) not in HOMES
        for line in prints(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not found, fails(
        found, "print with product_health.terminal, which shows and never sends"
    )


@pytest.mark.parametrize(
    "sql",
    [
        "import sys; sys.stdout.write('x')",
        "import click; click.echo('x')",
        "from click import echo; echo('x')",
        "print('x')",
        "from rich.console import Console",
        "import rich",
        "import sys\nprint_to = sys.stderr",
    ],
)
def test_each_way_to_print_is_found(sql: str) -> None:
    assert list(prints(ast.parse(sql)))


def test_a_load_whose_name_is_markup_is_listed(door: Door) -> None:
    with closing(sqlite3.connect(door.folder / "a.db")):
        query = (
            "select 1 event_id, 'ann' actor_id, '[/b]\x1b[31m' event_name, '2026-01-01' occurred_at"
        )
    source = ("--from", "sqlite:///a.db", "--query", query)
    landed, listed = door.land("usage_events", *source), door.land("--list")
    for said in (landed, listed):
        assert said.exit_code == 0, said.output
        assert r"'[/b]\x1b[31m' event_name" in said.output
        assert "\x1b" not in said.output
