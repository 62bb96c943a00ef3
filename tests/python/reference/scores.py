"""NPS, CSAT and CES by date: in total, by segment, NPS also by survey.

Choices: the weight of a response is found once, among all current responses; a segment keeps it.
By survey is a breakdown of its own, so each person's last response to that survey counts there, and
weights are found within the survey. Segments are dense over the spine and all values ever seen in
responses of that kind.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from math import sqrt

from .accounts import SEGMENTS
from .activity import World
from .company import Row
from .numbers import ratio
from .voice import current, voice_flags, voice_responses, voice_spine

Z = 1.96
# Response, weight: the ARR behind a response, None where its account has none.
Weighted = Sequence[tuple[Row, float | None]]
Score = Callable[[World, Weighted], Row]


def margin(promoters: float, detractors: float, total: float, effective: float) -> float | None:
    """Give the 95 % margin of an NPS in points; None where all answers share a category."""
    if total == 0 or total in (promoters, detractors) or promoters == detractors == 0:
        return None
    p, d = promoters / total, detractors / total
    return Z * 100 * sqrt((p + d - (p - d) ** 2) / effective)


def weighted(responses: Sequence[Row]) -> Weighted:
    """Pair each response with its account's ARR, shared among all of the account's responses."""
    respondents = Counter(row["account_id"] for row in responses)
    return [
        (row, row["account_arr"] / respondents[row["account_id"]] if row["account_arr"] else None)
        for row in responses
    ]


def nps(world: World, responses: Weighted) -> Row:
    """Give NPS and ARR-weighted NPS with their margins."""
    counts = Counter(row["category"] for row, _ in responses)
    total, promoters, detractors = len(responses), counts["promoter"], counts["detractor"]
    balance = ratio(promoters - detractors, total)
    return {
        "responses": total,
        "promoters": promoters,
        "passives": counts["passive"],
        "detractors": detractors,
        "nps": None if balance is None else 100 * balance,
        "margin_of_error": margin(promoters, detractors, total, total),
        "is_small_sample": _is_small(world, total),
    } | _weighted_nps(responses)


def _weighted_nps(responses: Weighted) -> Row:
    with_arr = [(row["category"], weight) for row, weight in responses if weight is not None]
    total = sum(weight for _, weight in with_arr)
    promoters = sum(weight for category, weight in with_arr if category == "promoter")
    detractors = sum(weight for category, weight in with_arr if category == "detractor")
    effective = ratio(total**2, sum(weight**2 for _, weight in with_arr))
    balance = ratio(promoters - detractors, total)
    is_mixed = len({category for category, _ in with_arr}) > 1
    return {
        "arr_weighted_responses": len(with_arr),
        "responses_without_arr": len(responses) - len(with_arr),
        "effective_responses": effective,
        "arr_weighted_nps": None if balance is None else 100 * balance,
        "arr_weighted_margin_of_error": (
            margin(promoters, detractors, total, effective) if effective and is_mixed else None
        ),
    }


def csat(world: World, responses: Weighted) -> Row:
    """Give the share of satisfied answers with its margin."""
    rated = len(responses)
    satisfied = sum(1 for row, _ in responses if row["category"] == "satisfied")
    share = ratio(satisfied, rated)
    is_mixed = share is not None and 0 < share < 1
    return {
        "rated": rated,
        "satisfied": satisfied,
        "csat": share,
        "margin_of_error": Z * sqrt(share * (1 - share) / rated) if share and is_mixed else None,
        "is_small_sample": _is_small(world, rated),
    }


def ces(world: World, responses: Weighted) -> Row:
    """Give the mean effort score with its margin and scale."""
    scores = [row["score"] for row, _ in responses]
    count, mean = len(scores), ratio(sum(scores), len(scores))
    margin_of_error = None
    if mean is not None and count > 1:
        deviation = sqrt(sum((score - mean) ** 2 for score in scores) / (count - 1))
        margin_of_error = Z * deviation / sqrt(count)
    scale = world.company.vars["survey_scales"]["ces"]
    return {
        "responses": count,
        "score_total": sum(scores),
        "ces": mean,
        "scale_lowest": scale["lowest"],
        "scale_highest": scale["highest"],
        "margin_of_error": margin_of_error,
        "is_small_sample": _is_small(world, count),
    }


def _is_small(world: World, responses: int) -> bool:
    return responses < int(world.company.vars["small_sample_responses"])


SCORES: dict[str, Score] = {"nps": nps, "csat": csat, "ces": ces}


def score_marts(world: World) -> dict[str, list[Row]]:
    """Give all the daily marts of scores."""
    responses = voice_responses(world)
    days = voice_spine(world, responses)
    marts: dict[str, list[Row]] = {}
    for kind, score in SCORES.items():
        of_kind = [row for row in responses if row["survey_kind"] == kind]
        marts[f"{kind}_daily"] = _daily(world, of_kind, days, score)
        marts[f"{kind}_daily_by_segment"] = _daily_by_segment(world, of_kind, days, score)
    answers = [row for row in responses if row["survey_kind"] == "nps"]
    marts["nps_daily_by_survey"] = [
        row | {"survey_id": survey}
        for survey in sorted({row["survey_id"] for row in answers})
        for row in _daily(world, [row for row in answers if row["survey_id"] == survey], days, nps)
    ]
    return marts


def _current(world: World, responses: Sequence[Row], day: date) -> Weighted:
    return weighted(current(responses, day, int(world.company.vars["nps_window_days"])))


def _daily(world: World, responses: Sequence[Row], days: list[date], score: Score) -> list[Row]:
    return [
        {"date_day": day}
        | score(world, _current(world, responses, day))
        | voice_flags(world, days, day)
        for day in days
    ]


def _daily_by_segment(
    world: World, responses: Sequence[Row], days: list[date], score: Score
) -> list[Row]:
    segments = sorted({(name, row[name]) for row in responses for name in SEGMENTS})
    rows = []
    for day in days:
        counting, flags = _current(world, responses, day), voice_flags(world, days, day)
        for segment_type, value in segments:
            within = [pair for pair in counting if pair[0][segment_type] == value]
            rows.append(
                {"date_day": day, "segment_type": segment_type, "segment_value": value}
                | score(world, within)
                | flags
            )
    return rows
