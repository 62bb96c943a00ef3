"""Texts of people, and texts that are programs: what every command makes of them.

A canary stands in each personal column of each landed row, in rows that do not parse too. It may be
in no file that a command writes and in nothing that it says. Markup stands in all other texts.
"""

import base64
import contextlib
import csv
import io
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, Dialog, Error

from hostile import CANARY, FORMULAS, FUZZED, PAYLOADS, TEXTS, Hostile, hostile_company
from product_health.contract import Contract
from product_health.terminal import OBEYED, plain
from scratch import scratch_copy

# Some minutes, most of them of dbt.
pytestmark = pytest.mark.faults

PAGES = {
    "the product health page": "target/product_health.html",
    "Data Docs": "target/data_docs/index.html",
    "the review": "out/review.html",
}
# How many of the hundred payloads each shows at least, as text.
SHOWN = {"the product health page": 95, "Data Docs": 50, "the review": 30}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, root: Path, contract: Contract) -> Hostile:
    """The company, landed, built, checked, published, reported, asked and reviewed."""
    folder = tmp_path_factory.mktemp("hostile") / "project"
    copy = scratch_copy(root, folder)
    shutil.copytree(root / "tests" / "expectations", folder / "tests" / "expectations")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PRODUCT_HEALTH_DATABASE", raising=False)
        return hostile_company(copy, contract)


def forms(text: str) -> Iterator[bytes]:
    """Give a text as it would stand in a file: as it is, in hex, in base64 at any place in it."""
    yield text.encode()
    yield text.encode().hex().encode()
    for shift in range(3):
        packed = base64.b64encode(b"-" * shift + text.encode())
        # the letters at both ends hold bits of what stands beside it
        yield packed[4:-4].lower()


HIDDEN = re.compile(b"|".join(map(re.escape, forms(CANARY))))


def rows_with(hostile: Hostile, sql: str) -> int:
    # landed files are read from the folder in which dbt was run
    with contextlib.chdir(hostile.root), duckdb.connect(str(hostile.warehouse)) as connection:
        [(count,)] = connection.execute(sql).fetchall()
    return int(count)


def test_the_canaries_are_in_the_warehouse(hostile: Hostile) -> None:
    assert HIDDEN.search(hostile.warehouse.read_bytes().lower())
    for column in (
        "int_usage_people.email",
        "int_support_tickets.subject",
        "int_feedback_requests.title",
    ):
        table, name = column.split(".")
        rows = f"select distinct {name} from intermediate.{table} where {name} like '%{CANARY}%'"
        assert rows_with(hostile, f"select count(*) from ({rows})") >= len(TEXTS)
    quarantined = (
        f"select count(*) from intermediate.int_quarantined_rows where raw_text like '%{CANARY}%'"
    )
    assert rows_with(hostile, quarantined) >= 16 * 5


def said(hostile: Hostile) -> Iterator[tuple[str, str]]:
    """Give what each command of ours said; dbt colours what it says."""
    for name, text in hostile.said.items():
        if not name.startswith("dbt "):
            yield name, text


def test_no_command_sends_what_a_terminal_obeys(hostile: Hostile) -> None:
    names = [name for name, _ in said(hostile)]
    assert len(names) > 30
    assert [name for name, text in said(hostile) if OBEYED.search(text.replace("\n", ""))] == []
    # and in none was a text of the data taken for something else
    shown = "".join(text for _, text in said(hostile))
    assert len([text for text in FUZZED if plain(text) in shown]) > 50


def test_what_is_pasted_elsewhere_is_plain(hostile: Hostile) -> None:
    for name in ("out/review.markdown", "out/review.json", "target/check.json"):
        text = (hostile.root / name).read_text(encoding="utf-8")
        assert not OBEYED.search(text.replace("\n", "")), name


def test_no_cell_of_a_csv_is_a_formula(hostile: Hostile) -> None:
    (text,) = (text for name, text in said(hostile) if name.endswith("--output csv"))
    # what is said on stderr stands around it
    rows = [row for row in csv.reader(io.StringIO(text)) if len(row) == 3]
    plans = {row[1] for row in rows}
    assert len(plans) > 20
    assert [one for one in plans if one.startswith(FORMULAS)] == []
    assert [one for one in plans if one.startswith("'=")]
    assert all(float(row[2]) >= 0 for row in rows[1:] if row[2])


def test_every_command_did_its_work(hostile: Hostile) -> None:
    names = {name for name, _ in hostile.written()}
    wanted = {*PAGES.values(), "target/check.json", "target/run_results.json", "logs/dbt.log"}
    assert wanted <= names, hostile.said
    assert {"out/review.json", "out/review.markdown"} <= names
    assert [name for name in names if name.endswith(".duckdb")]
    assert len([name for name in names if name.endswith(".parquet")]) > 30
    assert "Traceback" not in "".join(hostile.said.values())


def test_no_output_holds_a_personal_value(hostile: Hostile) -> None:
    found = {name for name, held in hostile.written() if HIDDEN.search(held.lower())}
    assert found == set()


def test_no_published_value_is_personal(hostile: Hostile) -> None:
    path = hostile.root / "published" / "current" / "product_health.duckdb"
    with duckdb.connect(str(path.resolve()), read_only=True) as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
        ).fetchall()
        assert len(tables) > 40
        for (table,) in tables:
            held = repr(connection.execute(f"select * from {table}").fetchall())
            assert not HIDDEN.search(held.lower().encode()), table


def opened(browser: Browser, file: Path) -> tuple[str, list[str]]:
    """Open a page and touch what can be touched; gives its text and all that should not happen."""
    page = browser.new_page()
    happened: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        happened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    page.on("console", lambda message: happened.append(message.text))
    page.on("pageerror", lambda error: happened.append(str(error)))
    page.on("request", lambda asked: happened.append(asked.url))
    page.on("framenavigated", lambda frame: happened.append(f"at {frame.url}"))
    # what it asks for is noted and not fetched, or else the page might be gone before it is read
    page.route(lambda url: url != file.as_uri(), lambda asked: asked.abort())
    page.goto(file.as_uri(), timeout=120_000)
    text = ""
    try:
        page.evaluate(TOUCH)
        page.wait_for_timeout(300)
        if page.evaluate("window.hacked"):
            happened.append("a script ran")
        text = str(page.evaluate("document.documentElement.textContent"))
    except Error as error:
        happened.append(f"it went elsewhere: {error.message}")
    page.close()
    usual = {file.as_uri(), f"at {file.as_uri()}"}
    return text, [one for one in happened if one not in usual]


TOUCH = """() => {
    for (const part of document.querySelectorAll('details')) part.open = true;
    for (const part of document.querySelectorAll('*'))
        for (const kind of ['mouseover', 'focus', 'click'])
            if (!part.closest('a')) part.dispatchEvent(new Event(kind));
    for (const part of document.querySelectorAll('select'))
        for (const option of part.options) {
            part.value = option.value;
            part.dispatchEvent(new Event('change', {bubbles: true}));
        }
}"""


@pytest.mark.parametrize("name", PAGES)
def test_markup_in_the_data_stays_text(hostile: Hostile, browser: Browser, name: str) -> None:
    text, happened = opened(browser, hostile.root / PAGES[name])
    assert happened == []
    assert len(text) > 500
    shown = [payload for payload in PAYLOADS if payload in text]
    assert len(shown) >= SHOWN[name]
