"""Ratios, the Kaplan-Meier curve and the median: small arithmetic that several marts need."""

from collections.abc import Sequence
from typing import NamedTuple

# A product of fractions that is one half on paper can be half and a rounding error in floats.
TOLERANCE = 1e-12


class Step(NamedTuple):
    """One duration of a Kaplan-Meier curve: people at risk, events, share that is left."""

    duration: float
    at_risk: int
    events: int
    survival: float


def ratio(numerator: float | None, denominator: float | None) -> float | None:
    """Divide; None where a part is missing or the denominator is zero."""
    if numerator is None or not denominator:
        return None
    return numerator / denominator


def median(values: Sequence[float]) -> float | None:
    """Give the middle value, or the mean of the two in the middle; None of nothing."""
    ordered = sorted(values)
    if not ordered:
        return None
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def kaplan_meier(observations: Sequence[tuple[float, bool]]) -> list[Step]:
    """Give the curve over (duration, is_event), one step for each distinct duration.

    At a duration everybody with that duration or a longer one is at risk, the censored of that
    very duration included.
    """
    steps: list[Step] = []
    survival = 1.0
    for duration in sorted({duration for duration, _ in observations}):
        at_risk = sum(1 for other, _ in observations if other >= duration)
        events = sum(1 for other, is_event in observations if is_event and other == duration)
        survival *= 1 - events / at_risk
        steps.append(Step(duration, at_risk, events, survival))
    return steps


def quantile(steps: Sequence[Step], share: float) -> float | None:
    """Give the least duration by which `share` have had the event; None where never reached."""
    for step in steps:
        if step.survival <= 1 - share + TOLERANCE:
            return step.duration
    return None
