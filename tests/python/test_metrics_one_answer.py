"""One answer: a metric says what its mart says, and what the definitions say."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

import pytest

from harness.answers import (
    PARTS,
    Answer,
    Marts,
    Number,
    Question,
    all_dates,
    answer,
    expected,
    questions,
    readings,
)
from harness.check import WORKERS, expected_marts
from harness.compare import equal
from harness.project import variant
from harness.warehouse import Warehouse, built, compiled_for
from product_health.errors import UserError
from product_health.semantics.catalogue import GRAINS, Catalogue, Metric
from product_health.semantics.engine import MetricSql
from reference import Company, resolve
from strategies import MOST_ROWS, fill, random_outline

COMPANIES = range(16)
MORE_COMPANIES = range(17, 77, 2)
# A company is asked this share of the questions, another one the next; `make faults` asks all.
SHARE = 4
# Companies that have plenty: every share of the questions meets each.
PLENTY: tuple[dict[str, Any], ...] = (
    {"features": 3, "accounts": 3, "days": 70},
    {"features": 1, "accounts": 1, "days": 85},
    {"features": 4, "accounts": 3, "days": 110},
)
EVENTS = (70, 70, 25)
ASKED_GRAINS = ("day", "week", "month", "quarter")
MOST_TOLD = 12
SILENT = "nothing"
FULL = {"has_full_window": True}
WEEK, MONTH = {"period_type": "week"}, {"period_type": "month"}
DAY_7 = {"period_type": "day", "period_number": 7, "is_left_censored": False}
WEEK_4 = {"period_type": "week", "period_number": 4, "is_left_censored": False}

READ: Mapping[str, Number] = {
    "dau": Number("usage_daily", "dau"),
    "wau": Number("usage_daily", "wau", where=FULL),
    "mau": Number("usage_daily", "mau", where=FULL),
    "dau_mau_ratio": Number("usage_daily", "dau_mau_ratio", where=FULL),
    "stickiness": Number("usage_daily", "stickiness", where=FULL),
    "daily_active_accounts": Number("usage_daily", "daily_active_accounts"),
    "weekly_active_accounts": Number("usage_daily", "weekly_active_accounts", where=FULL),
    "monthly_active_accounts": Number("usage_daily", "monthly_active_accounts", where=FULL),
    "sessions": Number("usage_sessions_daily", "sessions", "sum"),
    "active_people_week": Number("usage_lifecycle", "active_people", "only", where=WEEK),
    "new_people_week": Number("usage_lifecycle", "new_people", "only", where=WEEK),
    "retained_people_week": Number("usage_lifecycle", "retained_people", "only", where=WEEK),
    "resurrected_people_week": Number("usage_lifecycle", "resurrected_people", "only", where=WEEK),
    "dormant_people_week": Number("usage_lifecycle", "dormant_people", "only", where=WEEK),
    "quick_ratio_week": Number("usage_lifecycle", "quick_ratio", "only", where=WEEK),
    "active_people_month": Number("usage_lifecycle", "active_people", "only", where=MONTH),
    "new_people_month": Number("usage_lifecycle", "new_people", "only", where=MONTH),
    "retained_people_month": Number("usage_lifecycle", "retained_people", "only", where=MONTH),
    "resurrected_people_month": Number(
        "usage_lifecycle", "resurrected_people", "only", where=MONTH
    ),
    "dormant_people_month": Number("usage_lifecycle", "dormant_people", "only", where=MONTH),
    "quick_ratio_month": Number("usage_lifecycle", "quick_ratio", "only", where=MONTH),
    "retention_day_7": Number("usage_retention", "retained_people", "sum", "cohort_people", DAY_7),
    "retention_week_4": Number(
        "usage_retention", "retained_people", "sum", "cohort_people", WEEK_4
    ),
    "adoption_rate": Number("adoption_feature_daily", "adoption_rate", where=FULL),
    "account_adoption_rate": Number("adoption_feature_daily", "account_adoption_rate", where=FULL),
    "depth": Number("adoption_feature_daily", "depth", where=FULL),
    "overall_adoption": Number("adoption_daily", "overall_adoption", where=FULL),
    "breadth": Number("adoption_daily", "breadth", where=FULL),
    "concentration": Number("adoption_daily", "concentration", where=FULL),
    "growth": Number("adoption_daily", "growth", where=FULL),
    "product_engagement_score": Number("adoption_daily", "product_engagement_score", where=FULL),
    "nps": Number("nps_daily", "nps", where=FULL),
    "nps_margin_of_error": Number("nps_daily", "margin_of_error", where=FULL),
    "nps_responses": Number("nps_daily", "responses", where=FULL),
    "nps_arr_weighted": Number("nps_daily", "arr_weighted_nps", where=FULL),
    "nps_arr_weighted_margin_of_error": Number(
        "nps_daily", "arr_weighted_margin_of_error", where=FULL
    ),
    "csat": Number("csat_daily", "csat", where=FULL),
    "csat_margin_of_error": Number("csat_daily", "margin_of_error", where=FULL),
    "ces": Number("ces_daily", "ces", where=FULL),
    "ces_margin_of_error": Number("ces_daily", "margin_of_error", where=FULL),
    "nps_response_rate": Number(
        "survey_waves", "responded_people", "sum", "invited_people", {"survey_kind": "nps"}
    ),
    "tickets_created": Number("support_daily", "tickets_created", "sum"),
    "tickets_solved": Number("support_daily", "tickets_solved", "sum"),
    "tickets_reopened": Number("support_daily", "tickets_reopened", "sum"),
    "backlog": Number("support_daily", "backlog"),
    "contact_rate": Number("support_daily", "contact_rate", where=FULL),
    "median_first_reply": Number("support_daily", "median_first_reply_minutes", where=FULL),
    "median_first_reply_business": Number(
        "support_daily", "median_first_reply_business_minutes", where=FULL
    ),
    "p90_first_reply": Number("support_daily", "p90_first_reply_minutes", where=FULL),
    "p90_first_reply_business": Number(
        "support_daily", "p90_first_reply_business_minutes", where=FULL
    ),
    "median_resolution": Number("support_daily", "median_resolution_minutes", where=FULL),
    "p90_resolution": Number("support_daily", "p90_resolution_minutes", where=FULL),
    "reopen_rate": Number("support_daily", "reopen_rate", where=FULL),
    "feature_contact_rate": Number("support_feature_daily", "contact_rate"),
    "account_contact_rate": Number("support_account_daily", "contact_rate", dates="support_daily"),
}
# Two values of the dimensions by which tables are split, as random companies have them; of a
# metric's dimensions the first one here is taken.
TWO_VALUES: Mapping[str, tuple[str, str]] = {
    "region": ("emea", "amer"),
    "plan": ("none", "growth"),
    "feature": ("f0", "f1"),
    "account": ("acc0", "acc1"),
}


@lru_cache(maxsize=1)
def catalogue() -> Catalogue:
    return Catalogue(variant())


@lru_cache(maxsize=1)
def engine() -> MetricSql:
    return MetricSql(variant().semantic_manifest)


@lru_cache(maxsize=1)
def sql() -> Mapping[Question, str]:
    """The SQL of every question, which no company changes."""
    return {
        question: engine().sql(metric.name, question.columns(metric), question.condition(metric))
        for metric in catalogue().metrics.values()
        for question in (*questions(metric, ASKED_GRAINS), *narrowed(metric))
    }


def narrowed(metric: Metric) -> Iterator[Question]:
    """Questions about two segments, about one and all that is not split by it, and about one."""
    dimensions = [name for name in TWO_VALUES if name in metric.dimensions]
    if dimensions and READ[metric.name].rule == "last":
        first, second = TWO_VALUES[dimensions[0]]
        yield Question(metric.name, "day", (), dimensions[0], (first, second))
        yield Question(metric.name, "day", (), dimensions[0], (first, None))
        yield Question(metric.name, "month", (), dimensions[0], (first,))


def share(seed: int, parts: int) -> list[Question]:
    """One share of the questions, in which a metric's dimensions stay together."""
    together = list(dict.fromkeys((one.metric, one.grain) for one in sql()))
    asked = set(together[seed % parts :: parts])
    return [one for one in sql() if (one.metric, one.grain) in asked]


def company_of(seed: int) -> Company:
    """Every other company has plenty of everything, and the others come as they may."""
    outline = random_outline(seed)
    if seed % 2:
        kind = seed // (2 * SHARE) % len(PLENTY)
        often = {"usage_events": EVENTS[kind], "survey_responses": 80, "support_ticket_events": 40}
        outline = replace(
            outline,
            actors=7,
            persons=9,
            rows={**MOST_ROWS, **often},
            heartbeat="late",
            excluded="none",
            is_scattered=True,
            as_of_date=None,
            **PLENTY[kind],
        )
    return fill(outline)


@dataclass(frozen=True)
class Told:
    """The answers of a company: MetricFlow's, and those that marts and the reference say."""

    seed: int
    by_metric: Mapping[Question, Answer]
    by_mart: Mapping[Question, Answer]
    by_reference: Mapping[Question, Answer]
    as_of: date

    def __str__(self) -> str:
        return f"company {self.seed}"


def told_of(seed: int, asked: Collection[Question]) -> Told:
    company = company_of(seed)
    with built_for_metrics(company) as warehouse:
        marts = {mart: warehouse.rows(mart) for mart in marts_read()}
        by_metric = {
            one: answer(catalogue().metrics[one.metric], one, warehouse.query(sql()[one]))
            for one in asked
        }
    until = [day for day in resolve(company).as_of.values() if day]
    return Told(
        seed,
        by_metric,
        answers_of(marts, asked),
        answers_of(expected_marts(company), asked),
        max(until, default=date.min),
    )


def marts_read() -> set[str]:
    whole = {number.mart for number in READ.values()}
    return whole.union(*(PARTS.get(mart, ()) for mart in whole))


def built_for_metrics(company: Company) -> Warehouse:
    """A company with its marts; what metrics read is stored, as so much is read off it."""
    compiled = compiled_for(company)
    warehouse = built(company, compiled, marts_read())
    for model in compiled.models:
        if (model.layer, model.kind) == ("marts", "view"):
            warehouse.query(f"create table {model.relation} as {model.sql}")
    return warehouse


def answers_of(marts: Marts, asked: Collection[Question]) -> Mapping[Question, Answer]:
    found = {
        name: (readings(READ[name], marts), all_dates(READ[name], marts))
        for name in {one.metric for one in asked}
    }
    return {one: expected(READ[one.metric], one, *found[one.metric]) for one in asked}


def many_told(seeds: Iterable[int], parts: int = SHARE) -> list[Told]:
    assert sql()
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(lambda seed: told_of(seed, share(seed // 2, parts)), seeds))


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return many_told(COMPANIES)


def test_every_metric_has_a_number_in_a_mart() -> None:
    assert set(READ) == set(catalogue().metrics)


def test_metrics_marts_and_reference_agree(told: list[Told]) -> None:
    wrong = partings(told)
    assert not wrong, "\n".join(wrong[:MOST_TOLD])


@pytest.mark.faults
def test_metrics_of_many_companies_agree() -> None:
    for first in range(1000, 1400, 50):
        wrong = partings(many_told(range(first, first + 50), parts=1))
        assert not wrong, "\n".join(wrong[:MOST_TOLD])


def partings(told: Iterable[Told]) -> list[str]:
    """Where MetricFlow's answer is not the mart's, or not the reference's."""
    return [
        f"{one}: {question} {key}: metric {found.get(key, SILENT)}, {side} {said.get(key, SILENT)}"
        for one in told
        for question, found in one.by_metric.items()
        for side, said in (
            ("mart", one.by_mart[question]),
            ("reference", one.by_reference[question]),
        )
        for key in sorted(found.keys() | said.keys(), key=str)
        if not equal(said.get(key, silence(question)), found.get(key, silence(question)))
    ]


def silence(question: Question) -> str | None:
    """Where a mart lacks dates, a row without value says no more than none."""
    return None if READ[question.metric].dates else SILENT


def test_every_metric_is_answered_by_grain_and_by_dimension(told: list[Told]) -> None:
    answered = {side for one in told for side in answered_by(one)}
    # several weeks or months together are no number, nor are two segments
    asked = [one for one in sql() if one.within is None]
    asked = [one for one in asked if one.grain or READ[one.metric].rule != "only"]
    silent = {side for one in asked for side in sides(one)} - answered
    # by chance no company may have had what a question needs: companies with plenty are asked it
    for seed in MORE_COMPANIES:
        if silent:
            more = told_of(seed, [one for one in asked if silent & set(sides(one))])
            assert not partings([more])
            silent -= answered_by(more)
    assert not silent, "\n".join(sorted(silent))


def answered_by(told: Told) -> set[str]:
    return {
        side
        for question, found in told.by_metric.items()
        if any(value is not None for value in found.values())
        for side in sides(question)
    }


def sides(question: Question) -> tuple[str, str]:
    """A question without its dimensions, and without its grain."""
    return str(replace(question, dimensions=())), str(replace(question, grain=None))


def test_nothing_appears_after_the_last_complete_date(told: list[Told]) -> None:
    late = [
        f"{one}: {question} {key}"
        for one in told
        for question, found in one.by_metric.items()
        for key in found
        if question.grain and str(key[0]) > str(one.as_of)
    ]
    assert not late, "\n".join(late[:MOST_TOLD])


def test_what_is_not_split_is_the_total(told: list[Told]) -> None:
    pairs = [
        (f"{one}: {question} {key}", value, one.by_metric[whole][key[:-1]])
        for one in told
        for question, found in one.by_metric.items()
        if question.dimensions
        for whole in [replace(question, dimensions=question.dimensions[:-1])]
        for key, value in found.items()
        if key[-1] is None
    ]
    wrong = [text for text, value, total in pairs if not equal(total, value)]
    assert sum(total is not None for _, _, total in pairs) > 1000
    assert not wrong, "\n".join(wrong[:MOST_TOLD])


def test_two_segments_are_not_added_up(told: list[Told]) -> None:
    tried, wrong = set(), []
    for one in told:
        for question, found in one.by_metric.items():
            if question.within and len(set(question.named) - {None}) > 1:
                split = one.by_mart[Question(question.metric, "day", (question.within,))]
                for key, value in found.items():
                    there = [name for name in question.named if (*key, name) in split]
                    if len(there) > 1:
                        tried.add(question.metric)
                        wrong += [f"{one}: {question} {key}: {value}"] * (value is not None)
    assert tried == {one.metric for one in sql() if one.within}
    assert not wrong, "\n".join(wrong[:MOST_TOLD])


def test_a_grain_finer_than_the_metrics_is_refused() -> None:
    coarse = [one for one in catalogue().metrics.values() if one.grains[0] != "day"]
    assert {"active_people_week", "new_people_month", "nps_response_rate"} <= {
        one.name for one in coarse
    }
    for metric in coarse:
        for finer in GRAINS[: GRAINS.index(metric.grains[0])]:
            with pytest.raises(UserError, match=metric.name):
                engine().sql(metric.name, [f"metric_time__{finer}"])
