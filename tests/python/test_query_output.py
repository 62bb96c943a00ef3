"""How an answer is written, whatever stands in the names of segments."""

import csv
import io
import json
from datetime import date
from types import SimpleNamespace
from typing import Any

from product_health.query.answers import Answer
from product_health.query.output import as_csv, as_json, table
from product_health.terminal import plain

FORMULAS = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\uff1d1+1",
    '=HYPERLINK("//payload.example","x")',
)
NUMBERS = ("-5", "+3.5", "-1,5")
MARKUP = ("[/x]", "a[red]b", "<b>", "\x1b[31mred")


def answered(*parts: str, value: float = -5) -> Answer:
    metric: Any = SimpleNamespace(name="nps", unit="score", label="NPS")
    rows = [{"period": date(2026, 1, 31), "plan": part, "value": value} for part in parts]
    return Answer(metric, "month", ("plan",), rows, ())


def cells(*parts: str) -> list[str]:
    """Give the plans as whoever opens the CSV reads them."""
    return [row["plan"] for row in csv.DictReader(io.StringIO(as_csv([answered(*parts)])))]


def test_no_cell_is_a_formula() -> None:
    assert sorted(cells(*FORMULAS)) == sorted(f"'{plain(formula)}" for formula in FORMULAS)


def test_numbers_and_other_text_stay_as_they_are() -> None:
    assert sorted(cells(*NUMBERS, *MARKUP)) == sorted([*NUMBERS, *map(plain, MARKUP)])
    assert as_csv([answered("free")]).endswith(",free,-5")


def test_data_keep_their_text_as_json() -> None:
    read = json.loads(as_json([answered(*FORMULAS, *MARKUP)]))
    assert {row["plan"] for row in read} == {*FORMULAS, *MARKUP}


def test_a_table_shows_what_looks_like_markup() -> None:
    drawn = table([answered(*MARKUP)])
    for text in ("[/x]", "a[red]b", "<b>", r"\x1b[31mred"):
        assert f"2026-01-31  {text} " in drawn
