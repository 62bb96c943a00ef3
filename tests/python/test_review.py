"""`product-health review`: its verdict, its numbers in three formats, what it refuses."""

import json
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import edits
from product_health.meaning.changes import Part
from product_health.meaning.definitions import Definitions
from product_health.review.command import as_json
from product_health.review.findings import Touched
from product_health.review.html import html
from product_health.review.markdown import cell, code, fenced, markdown
from product_health.review.numbers import Numbers
from product_health.review.review import Review
from product_health.semantics.interface import DEPRECATE_FIRST
from product_health.semantics.units import shift, shown
from scratch import Scratch, refused, reviewed

if TYPE_CHECKING:
    from product_health.lock.values import Values


@pytest.fixture(scope="module")
def thresholds(shared_scratch: Scratch, start: Definitions) -> Review:
    """A review of NPS with another threshold."""
    edits.nps_threshold(shared_scratch)
    try:
        return reviewed(start, shared_scratch.definitions(), shared_scratch.data())
    finally:
        shared_scratch.undo()


def one(review: Review, name: str = "nps") -> Touched:
    (found,) = (metric for metric in review.metrics if metric.name == name)
    return found


def numbers(review: Review, name: str = "nps") -> Numbers:
    found = one(review, name).numbers
    assert found
    return found


def test_the_verdict_and_the_numbers(thresholds: Review) -> None:
    assert thresholds.verdict == ("6 metrics touched: 4 restate the past, 4 lack a new version.")
    assert (thresholds.base, thresholds.head, thresholds.untouched) == ("before", "after", 49)
    found = numbers(thresholds)
    assert (found.unit, found.grain) == ("points", "month")
    assert found.periods
    assert all(after >= before for _, before, after in found.periods if before and after)
    assert {part.split(" ")[0] for part, *_ in found.moved_parts} == {
        *("industry", "plan", "region", "size_segment", "survey")
    }
    margin = numbers(thresholds, "nps").margins
    assert margin == one(thresholds, "nps_margin_of_error").numbers.before["all"]  # type: ignore[union-attr]


def test_what_moves_single_days_is_shown_by_day(scratch: Scratch, start: Definitions) -> None:
    edits.sundays(scratch)
    found = reviewed(start, scratch.definitions(), scratch.data())
    dau = one(found, "dau")
    assert dau.value == "restates"
    assert dau.numbers
    assert dau.numbers.grain == "day"
    moved = dau.numbers.moved
    assert moved
    assert all(after == before + 1 for _, before, after in moved if before is not None and after)
    assert {date.fromisoformat(day).isoweekday() for day, *_ in moved} == {7}
    count = len(dau.numbers.periods)
    (line,) = (one for one in markdown(found).splitlines() if one.startswith("- `dau`: "))
    assert line.startswith(f"- `dau`: {len(moved)} of {count} days move, the largest by +1 on ")
    assert line.endswith(" must agree.")
    rows = table_rows(markdown(found))
    assert [row[0] for row in rows if row[0] == moved[-1][0]]


def test_words_that_may_no_longer_hold_are_told(thresholds: Review) -> None:
    nps = one(thresholds)
    assert nps.new is not None
    asked = "its description is as it was; does it still hold?"
    assert nps.unchanged_words == nps.new.description
    assert markdown(thresholds).count(f"- {asked}") == thresholds.count(value="restates")
    assert html(thresholds).count(f"<li>{asked}") == thresholds.count(value="restates")
    rewritten = replace(nps, new=replace(nps.new, description="An 8 promotes."))
    assert rewritten.unchanged_words == ""
    assert replace(nps, numbers=None, is_meaning_same=True).unchanged_words == ""


def test_downstream_readers_are_named(thresholds: Review) -> None:
    found = one(thresholds).downstream
    assert found["saved queries"] == ["NPS board", "Weekly product review"]
    assert "NPS board (Customer success operations)" in found["exposures"]
    assert "Weekly product review (Product operations)" in found["exposures"]


class Cells(HTMLParser):
    """Collects the cells of all tables, the names of elements, and what is no text."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.elements: set[str] = set()
        self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._is_in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_in_cell:
            self.rows[-1][-1] += data


def page(review: Review) -> Cells:
    cells = Cells()
    cells.feed(html(review))
    return cells


def table_rows(text: str) -> list[list[str]]:
    """The rows of all tables of a Markdown text, without escapes."""
    lines = [line for line in text.splitlines() if line.startswith("| ")]
    cells = ([part.strip() for part in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines)
    return [[re.sub(r"\\(.)", r"\1", part) for part in row] for row in cells]


def test_markdown_html_and_json_have_the_same_numbers(thresholds: Review) -> None:
    in_markdown = table_rows(markdown(thresholds))
    in_html = page(thresholds).rows
    documents = {found["name"]: found for found in as_json(thresholds)["metrics"]}
    for metric in thresholds.detailed:
        document, unit = documents[metric.name]["numbers"], metric.metric.unit
        for part, rows in (
            ("all", numbers(thresholds, metric.name).periods),
            (None, [row[1:] for row in numbers(thresholds, metric.name).moved_parts]),
        ):
            assert rows or part is None
            for period, before, after in rows:
                if part:
                    assert document["before"][part][period] == before
                    assert document["after"][part][period] == after
                row = [shown(before, unit), shown(after, unit), shift(before, after, unit)]
                assert row in [found[-3:] for found in in_markdown]
                assert row in [found[-3:] for found in in_html]


def test_differences_are_told_in_the_unit_of_the_metric() -> None:
    assert shift(-10.0, 5.0, "points") == "+15.0 points"
    assert shift(4.0, 3.5, "score") == "-0.5 points"
    assert shift(0.25, 0.3, "share") == "+5.0 points"
    assert shift(200, 150, "people") == "-25.0 %"
    assert shift(60.0, 90.0, "minutes") == "+50.0 %"
    assert shift(0, 3, "tickets") == "+3"
    assert shift(None, 3, "people") == "appears"
    assert shift(3, None, "people") == "is gone"
    assert shift(None, None, "people") == ""
    assert [shown(0.249, "share"), shown(1184, "people"), shown(-3.0, "points")] == [
        "24.9 %",
        "1,184",
        "-3.0",
    ]


NASTY = "<script>alert(1)</script> | `x` *b* [l](javascript:x) & \\ ~~s~~"


def nasty(review: Review) -> Review:
    """A review in which whatever people write is full of markup."""
    metric = one(review)
    part = Part("m", f"models/{NASTY}.sql", "x\n```\n<b>", f"x\n````\n{NASTY}")
    assert metric.old
    assert metric.new
    values: Values = {"all": {"2025-01-01": 1.0}, f"plan {NASTY}": {"2025-01-01": 1.0}}
    moved: Values = {"all": {"2025-01-01": 2.0}, f"plan {NASTY}": {"2025-01-01": 2.0}}
    said = replace(metric.new, label=NASTY, owner=NASTY)
    touched = replace(
        metric,
        new=said,
        parts=(part,),
        unread=(NASTY,),
        interface_changes=(NASTY,),
        numbers=replace(numbers(review), before=values, after=moved),
        downstream={"exposures": [NASTY], "saved queries": [], "metrics": []},
    )
    broken = replace(touched, numbers=None, problem=NASTY)
    mart = replace(review.marts[0], exposures=(NASTY,), changed_columns=(NASTY,))
    return replace(review, metrics=(touched, broken), marts=(mart,), data=NASTY)


def test_text_of_the_project_is_no_markup_in_html(thresholds: Review) -> None:
    cells = page(nasty(thresholds))
    assert not {"script", "img", "iframe", "object", "a", "b", "s", "em"} & cells.elements
    assert any(NASTY in part for row in cells.rows for part in row)
    assert "default-src 'none'" in html(thresholds)


def test_text_of_the_project_is_no_markup_in_markdown(thresholds: Review) -> None:
    review = nasty(thresholds)
    text = markdown(review)
    prose = re.sub(r"^(`{3,})[^\n]*\n.*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)
    # code in a line may hold anything; summaries are HTML
    prose = re.sub(r"(?<!\\)(`+)(?!`).*?(?<!`)\1(?!`)", "", prose)
    assert "<script>" not in prose
    prose = re.sub("<summary>.*</summary>", "", prose)
    assert not re.search(r"(?<!\\)\]\(javascript", prose)
    assert not re.search(r"(?<!\\)~~s", prose)
    assert not re.search(r"(?<!\\)\*b\*", prose)
    widths = {len(row) for row in table_rows(text)}
    assert widths <= {4, 5}
    assert cell("a|b\nc") == "a\\|b c"
    assert cell("snake_case _x_") == "snake_case \\_x\\_"
    assert code("a `b` c") == "`` a `b` c ``"
    assert fenced("```\nx", "diff") == "````diff\n```\nx\n````"


@pytest.mark.parametrize(
    ("level", "failing"),
    [
        ("none", set()),
        ("breaking", {"breaking"}),
        ("restates", {"restates", "unknown"}),
        ("unversioned", {"breaking", "restates", "unknown", "gone"}),
    ],
)
def test_what_fails_at_which_level(level: str, failing: set[str], thresholds: Review) -> None:
    metric = one(thresholds)
    cases = {
        "none": replace(metric, is_meaning_same=True),
        "breaking": replace(metric, is_meaning_same=True, interface="breaking"),
        "restates": metric,
        "unknown": replace(metric, numbers=None),
        "no data": replace(metric, numbers=replace(numbers(thresholds), before={}, after={})),
        "gone": replace(metric, new=None),
        "added": replace(metric, old=None),
    }
    found = {
        name for name, case in cases.items() if replace(thresholds, metrics=(case,)).fails(level)
    }
    assert found == failing
    assert cases["no data"].value == "no data"
    for case in cases.values():
        bumped = replace(case.new, version=2) if case.new else None
        if bumped:
            assert not replace(case, new=bumped).is_unversioned


def test_the_command_writes_three_files_and_fails_by_level(
    scratch: Scratch, tmp_path: Path
) -> None:
    edits.nps_threshold(scratch)
    files = {kind: tmp_path / "new" / f"review.{kind}" for kind in ("md", "json", "html")}
    named = [
        f"--{option}={files[kind]}"
        for option, kind in (("markdown", "md"), ("json", "json"), ("html", "html"))
    ]
    result = scratch.run("review", "--base", "start", "--fail-on", "restates", *named)
    assert refused(result).startswith("--fail-on restates: 6 metrics touched")
    assert files["md"].read_text(encoding="utf-8") == result.stdout.removesuffix("\n")
    document = json.loads(files["json"].read_text(encoding="utf-8"))
    assert document["data"] == "tests/fixed_company (nothing is landed)"
    assert [metric["name"] for metric in document["metrics"] if metric["value"] == "restates"] == [
        *("nps", "nps_arr_weighted", "nps_arr_weighted_margin_of_error", "nps_margin_of_error")
    ]
    assert "score &gt;= 8" in files["html"].read_text(encoding="utf-8")
    # what is compared with is where the branch left its base
    scratch.git("checkout", "-q", "-B", "work")
    scratch.commit()
    scratch.git("checkout", "-q", "main")
    (scratch.root / "metrics" / "later.yml").write_text("not looked at: [")
    scratch.commit()
    result = scratch.run("review", "--base", "main", "--head", "work")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("**6 metrics touched")


def test_a_metric_that_cannot_be_computed_fails_the_review(scratch: Scratch) -> None:
    edits.column_not_there(scratch)
    result = scratch.run("review", "--base", "start")
    told = "metrics/usage.yml: metric sessions: measure sessions: no column of usage_sessions_daily"
    assert refused(result).startswith(f"{told} is called 'sessionz': did you mean sessions")
    # neither the one that changed nor the one that is new
    assert refused(result).endswith("(1 more metric cannot be computed either)")
    assert "1 cannot be judged" in result.stdout


def test_a_model_that_cannot_be_built_is_named_by_its_file(scratch: Scratch) -> None:
    edits.argument_left_out(scratch)
    said = refused(scratch.run("review", "--base", "start"))
    file = "models/intermediate/voice/int_csat_scores.sql"
    assert said.startswith(f"{file}: model int_csat_scores cannot be built: Parser Error: ")


def test_a_new_deprecation_is_in_the_verdict(start: Definitions, scratch: Scratch) -> None:
    edits.metric_deprecated(scratch)
    found = reviewed(start, scratch.definitions(), scratch.data())
    assert found.verdict == "1 metric touched: 1 is deprecated now."
    assert one(found, "tickets_reopened").interface_changes == (
        "deprecated was nothing and is going on 2027-01-31 (use tickets_created)",
    )
    assert found.deprecations == ("`tickets_reopened` goes on 2027-01-31: use `tickets_created`",)
    again = reviewed(scratch.definitions(), scratch.definitions(), scratch.data())
    assert again.verdict.startswith("No metric is touched")
    assert again.deprecations == found.deprecations


def test_what_goes_is_called_as_the_lock_calls_it(start: Definitions, scratch: Scratch) -> None:
    edits.metric_name(scratch)
    edits.metric_gone(scratch)
    found = reviewed(start, scratch.definitions(), scratch.data())
    assert one(found, "tickets_reopened").interface_changes == (
        f"the metric is gone: {DEPRECATE_FIRST}",
    )
    assert one(found, "nps_reply_rate").interface_changes == ("renamed from nps_response_rate",)
    assert found.count(is_unversioned=True) == 2
