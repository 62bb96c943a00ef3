"""The headline: the last value of a metric, its target, its move, and whether that is noise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt
from statistics import quantiles

from product_health.report.reader import EVERYONE, Reader, Row
from product_health.semantics.catalogue import Metric
from product_health.semantics.units import shift, shown

# Each with the length of its window in days: it is compared with itself one full window earlier.
HEADLINES: Mapping[str, int] = {
    "stickiness": 28,
    "mau": 28,
    "overall_adoption": 28,
    "nps": 90,
    "median_first_reply": 28,
}
ANSWERS = {"nps": "nps_responses"}
# Of its own moves over the same span, a move beyond nine in ten is more than noise.
USUAL_SHARE = 10
FEWEST_MOVES = 20
SPARK_DAYS = 180
SPARK = (120, 28)


@dataclass(frozen=True)
class Headline:
    """A headline metric for one view of the page."""

    metric: Metric
    window: int
    series: tuple[Row, ...]
    margins: Mapping[date, float | None]
    answers: int | None
    fewest_answers: int
    target: float | None

    @property
    def period(self) -> date | None:
        """The last date that has a value."""
        known = [row["period"] for row in self.series if row["value"] is not None]
        return known[-1] if known else None

    @property
    def value(self) -> float | None:
        """The value of that date."""
        return self._at(self.period) if self.period else None

    def _at(self, day: date) -> float | None:
        return next((row["value"] for row in self.series if row["period"] == day), None)

    @property
    def is_small_sample(self) -> bool:
        """Whether too few answers are behind the value to read it."""
        return self.answers is not None and self.answers < self.fewest_answers

    @property
    def shown(self) -> str:
        """The value for people, with its margin where it has one."""
        text = shown(self.value, self.metric.unit)
        margin = self.margins.get(self.period) if self.period else None
        return f"{text} ± {margin:.1f}" if margin is not None else text

    @property
    def shown_target(self) -> str:
        """The target for people, and whether it is met."""
        if self.target is None or self.value is None:
            return "no target"
        is_met = self.value >= self.target
        if self.metric.direction == "down":
            is_met = self.value <= self.target
        return f"target {shown(self.target, self.metric.unit)}, {'met' if is_met else 'not met'}"

    @property
    def change(self) -> tuple[str, str]:
        """The move against one full window earlier, and whether it is more than noise."""
        before_day = self.period and self.period - timedelta(days=self.window)
        before = self._at(before_day) if before_day else None
        if self.value is None or before is None or before_day is None:
            return f"no value {self.window} days earlier", ""
        moved = f"{shift(before, self.value, self.metric.unit)} in {self.window} days"
        noise = self._noise(before_day)
        if noise is None:
            return moved, "too little history to tell it from noise"
        if abs(self.value - before) <= noise:
            return moved, "within its noise"
        is_good = (self.value > before) == (self.metric.direction == "up")
        judged = f", for the {'better' if is_good else 'worse'}"
        return moved, f"more than noise{judged if self.metric.direction != 'none' else ''}"

    def _noise(self, before_day: date) -> float | None:
        """How far the value moves without a cause: by its margins, or by its own history."""
        if self.margins:
            both = (
                self.margins.get(self.period) if self.period else None,
                self.margins.get(before_day),
            )
            return None if None in both else sqrt(sum(margin**2 for margin in both if margin))
        values = {row["period"]: row["value"] for row in self.series}
        moves = [
            abs(value - values[earlier])
            for day, value in values.items()
            for earlier in [day - timedelta(days=self.window)]
            if value is not None and values.get(earlier) is not None and day != self.period
        ]
        return quantiles(moves, n=USUAL_SHARE)[-1] if len(moves) >= FEWEST_MOVES else None

    @property
    def spark(self) -> str:
        """Points of a line through the last values, for an SVG polyline."""
        values = [row["value"] for row in self.series[-SPARK_DAYS:] if row["value"] is not None]
        if len(values) < 2:
            return ""
        low, high = min(values), max(values)
        width, height = SPARK
        return " ".join(
            f"{place * width / (len(values) - 1):.1f},"
            f"{height - 2 - (value - low) / ((high - low) or 1) * (height - 4):.1f}"
            for place, value in enumerate(values)
        )


def headlines(
    reader: Reader, targets: Mapping[str, float], fewest: int
) -> list[dict[str, Headline]]:
    """Give the headline metrics, each for every view that it can be split by."""
    return [_views(reader, name, targets.get(name), fewest) for name in HEADLINES]


def _views(reader: Reader, name: str, target: float | None, fewest: int) -> dict[str, Headline]:
    metric = reader.definitions.catalogue.find(name)
    margins = reader.series(metric.margin, "day") if metric.margin else {}
    answers = reader.series(ANSWERS[name], "day") if name in ANSWERS else {}
    return {
        view: Headline(
            metric=metric,
            window=HEADLINES[name],
            series=tuple(rows),
            margins={row["period"]: row["value"] for row in margins.get(view, [])},
            answers=answers[view][-1]["value"] if answers.get(view) else None,
            fewest_answers=fewest,
            # what the whole should reach says nothing of a part
            target=target if view == EVERYONE else None,
        )
        for view, rows in reader.series(name, "day").items()
    }
