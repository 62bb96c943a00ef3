"""The product health page tells of the set that people read: run, checks, and what was restated."""

import json
import os
import re
from html import unescape
from pathlib import Path

from product_health.built import RUN_RESULTS
from product_health.check.results import RESULT
from product_health.compiled.cache import compiled
from product_health.lock.entries import LOCK_FILE
from product_health.meaning.definitions import Definitions
from product_health.publish.readable import Readable, readable
from product_health.report import PAGE
from product_health.report.command import written
from product_health.report.reader import Reader
from product_health.report.trust import NOT_CHECKED, checks
from product_health.warehouse import open_file
from publishing_desk import EXPECTATION, Desk

MAU_OF_MONTHS = "update marts.usage_daily_v1 set mau = 77777 where date_day = last_day(date_day)"


def text_of(page: str, section: str) -> str:
    """Give the words of a section of the page."""
    start = page.index(f'id="{section}"')
    shown = re.sub(r"<[^>]+>", " ", page[start : page.index("</figure>", start)])
    return " ".join(unescape(shown).split())


def count_of_checks(desk: Desk) -> int:
    return sum(len(suite["expectations"]) for suite in desk.check()["suites"])


def test_the_page_is_of_the_set_that_people_read(desk: Desk, root: Path) -> None:
    first = desk.publish()
    desk.change(MAU_OF_MONTHS)
    second = desk.publish()
    desk.change("update marts.usage_daily_v1 set mau = 88888")
    database = readable(desk.folder, built=False)
    assert database.publication == second
    page = written(root, database)
    assert f"From publication {second.run_id} of 2026-02-05 12:00 UTC" in page
    assert f"{len(desk.rows('from meta.checks'))} checks passed" in page
    assert "88,888" not in page
    restated = text_of(page, "restatements")
    months = desk.rows(
        "select count(*) from meta.metric_history where metric = 'mau' and is_restated"
    )[0][0]
    assert months > 6
    assert restated.count(f"77,777 nothing that is known of changed {second.run_id}") == months
    assert first.run_id not in page
    assert f"{months} complete periods" in page


def test_a_check_that_is_not_met_is_beside_what_it_is_about(desk: Desk, root: Path) -> None:
    unmet = EXPECTATION | {"success": False, "severity": "warn", "name": "a_day_is_whole"}
    said = desk.check()
    said["suites"][0]["expectations"].append(unmet)
    desk.write(RESULT, said)
    desk.publish()
    page = written(root, readable(desk.folder, built=False))
    told = text_of(page, "checks")
    assert told.startswith('id="checks"> Checks What is not as expected:')
    assert "warn marts.usage_daily_v1 a day is whole It holds." in told
    # the expectations of the desk are about the mart of usage alone
    warned = f"1 of {count_of_checks(desk) + 1} checks warns"
    for metric, words in {"mau": warned, "nps": "no checks"}.items():
        card = page[page.index(f'data-metric="{metric}"') :]
        assert f'<a href="#checks">{words}</a>' in card[: card.index("</article>")]


CUT = '{"checked_at": "2999-01-01T00:00:00+00:00"'


def test_a_build_that_nobody_checked(desk: Desk, cache: Path) -> None:
    definitions = Definitions(compiled(desk.folder, cache / "compiled"))
    with open_file(desk.warehouse) as connection:
        reader = Reader(connection, Readable(desk.warehouse), definitions)
        assert checks(desk.folder, reader).summary == f"{count_of_checks(desk)} checks passed"
        for left in ("", "{}", "[]", CUT, json.dumps(desk.check() | {"database": {}})):
            (desk.folder / RESULT).write_text(left, encoding="utf-8")
            assert checks(desk.folder, reader).summary == NOT_CHECKED
        (desk.folder / RESULT).unlink()
        assert checks(desk.folder, reader).summary == NOT_CHECKED
        desk.write(RESULT, desk.check() | {"suites": desk.check()["suites"][1:]})
        assert checks(desk.folder, reader).summary == NOT_CHECKED
        desk.write(RESULT, desk.check() | {"checked_at": "2026-01-01T00:00:00+00:00"})
        assert checks(desk.folder, reader).summary == NOT_CHECKED
        desk.write(RESULT, desk.check() | {"database": {"fingerprint": "of another build"}})
        assert checks(desk.folder, reader).summary == NOT_CHECKED


FAILED = {"unique_id": "test.product_health.no_holes.abc", "status": "fail"}


def test_a_build_that_failed_is_told_beside_its_numbers(desk: Desk) -> None:
    told = "the last build did not pass: no_holes"
    desk.write(RUN_RESULTS, {"args": {"which": "build"}, "results": [FAILED]})
    code, said, _ = desk.call(command="headline")
    assert (code, f"These numbers may be wrong: {told}." in said) == (0, True)
    code, _, errors = desk.call("--suite", "published/usage_l28", command="check")
    assert (code, f"note: {told}, and will not be published" in errors) == (0, True)
    (desk.folder / "CHANGELOG.md").touch()
    code, _, errors = desk.call("--built", command="report")
    assert (code, f"note: {told}, so the page may be wrong" in errors) == (0, True)
    page = (desk.folder / PAGE).read_text(encoding="utf-8")
    assert f'<p class="bad">These numbers may be wrong: {told}.</p>' in page


def test_what_is_of_an_earlier_build_is_told(desk: Desk) -> None:
    place = "published/current/product_health.duckdb"
    desk.publish()
    assert f"  {place}    the marts" in desk.call(command="headline")[1]
    os.utime(desk.warehouse)
    assert f"  {place}    of an earlier build: the marts" in desk.call(command="headline")[1]


def test_numbers_never_stand_beside_later_definitions(desk: Desk) -> None:
    desk.publish()
    page = desk.folder / PAGE
    (desk.folder / "metrics").unlink()
    (desk.folder / LOCK_FILE).parent.mkdir()
    (desk.folder / LOCK_FILE).write_text("metrics: {}\n", encoding="utf-8")
    code, said, errors = desk.call(command="report")
    assert (code, said, page.exists()) == (1, "", False)
    assert "metrics.lock has changed since" in errors
    with desk.environment():
        assert readable(desk.folder, built=True).is_outdated
        os.utime(desk.folder / LOCK_FILE, (0, 0))
        assert not readable(desk.folder, built=True).is_outdated
    assert errors.rstrip().endswith("; build, check and publish again")
