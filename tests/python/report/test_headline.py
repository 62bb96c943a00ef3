"""What a headline says of its value: how far it moved, whether that is noise, and its target."""

from dataclasses import replace
from datetime import date, timedelta
from math import sqrt

import pytest

from product_health.report.headline import Headline
from product_health.report.reader import Row
from product_health.semantics.catalogue import Metric

WINDOW = 28
FIRST = date(2026, 1, 1)
MAU = Metric(
    **dict.fromkeys(("name", "label", "description", "kind", "file", "owner", "tier"), "mau"),
    version=1,
    since=FIRST,
    unit="people",
    direction="up",
    grains=("day",),
    dimensions={},
    margin=None,
    deprecated=None,
    marts=(),
    inputs=(),
    is_sum=False,
)
NPS = replace(MAU, unit="score", margin="nps_margin_of_error")
REPLY = replace(MAU, unit="minutes", direction="down")


def series(*values: float | None) -> tuple[Row, ...]:
    return tuple(
        {"period": FIRST + timedelta(days=place), "value": value}
        for place, value in enumerate(values)
    )


def headline(
    *values: float | None,
    metric: Metric = MAU,
    margins: dict[date, float | None] | None = None,
    answers: int | None = None,
    target: float | None = None,
) -> Headline:
    rows = series(*values)
    return Headline(metric, WINDOW, rows, margins or {}, answers, 30, target)


# A value that goes up by 1 on each date, so that it moves by 28 over each window, and then jumps.
CLIMBING = tuple(float(number) for number in range(100, 160))


@pytest.mark.parametrize(
    ("last", "judged"),
    [(160.0, "within its noise"), (140.0, "within its noise"), (161.0, "more than noise")],
)
def test_a_move_is_held_against_its_own_moves(last: float, judged: str) -> None:
    # 28 days before the last date the value was 132: its moves were 28, and this one is told apart
    moved, told = headline(*CLIMBING, last).change
    assert moved == f"{100 * (last - 132) / 132:+.1f} % in 28 days"
    assert told.split(",")[0] == judged


@pytest.mark.parametrize(
    ("direction", "last", "judged"),
    [
        ("up", 300.0, "more than noise, for the better"),
        ("up", 10.0, "more than noise, for the worse"),
        ("down", 300.0, "more than noise, for the worse"),
        ("down", 10.0, "more than noise, for the better"),
        ("none", 300.0, "more than noise"),
    ],
)
def test_what_is_better_is_the_metrics_own_word(direction: str, last: float, judged: str) -> None:
    metric = replace(MAU, direction=direction)
    assert headline(*CLIMBING, last, metric=metric).change[1] == judged


def test_too_little_history_is_said() -> None:
    known = CLIMBING[:40]
    assert headline(*known).change[1] == "too little history to tell it from noise"
    assert headline(*CLIMBING[:20]).change == ("no value 28 days earlier", "")
    assert headline(None, None).change == ("no value 28 days earlier", "")
    assert headline(None).period is None


@pytest.mark.parametrize(("moved", "is_beyond"), [(4.9, False), (5.1, True)])
def test_a_score_moves_by_more_than_both_margins(moved: float, *, is_beyond: bool) -> None:
    values = (*[20.0] * WINDOW, 20.0 + moved)
    last = FIRST + timedelta(days=WINDOW)
    margins: dict[date, float | None] = {FIRST: 3.0, last: 4.0}
    assert sqrt(3.0**2 + 4.0**2) == 5.0
    found = headline(*values, metric=NPS, margins=margins)
    assert found.shown == f"{20.0 + moved:.1f} ± 4.0"
    assert found.change == (
        f"+{moved:.1f} points in 28 days",
        "more than noise, for the better" if is_beyond else "within its noise",
    )
    unknown = headline(*values, metric=NPS, margins={**margins, FIRST: None})
    assert unknown.change[1] == "too little history to tell it from noise"


@pytest.mark.parametrize(
    ("metric", "value", "target", "told"),
    [
        (MAU, 100.0, 100.0, "target 100.0, met"),
        (MAU, 99.0, 100.0, "target 100.0, not met"),
        (REPLY, 60.0, 120.0, "target 2.0 h, met"),
        (REPLY, 121.0, 120.0, "target 2.0 h, not met"),
        (MAU, 99.0, None, "no target"),
        (MAU, None, 100.0, "no target"),
    ],
)
def test_a_target_is_met_in_the_metrics_direction(
    metric: Metric, value: float | None, target: float | None, told: str
) -> None:
    assert headline(value, metric=metric, target=target).shown_target == told


def test_few_answers_are_a_small_sample() -> None:
    assert headline(1.0, answers=29).is_small_sample
    assert not headline(1.0, answers=30).is_small_sample
    assert not headline(1.0).is_small_sample


def test_a_last_date_without_a_value_is_not_the_last_one() -> None:
    found = headline(1.0, 2.0, None)
    assert (found.value, found.period) == (2.0, FIRST + timedelta(days=1))
