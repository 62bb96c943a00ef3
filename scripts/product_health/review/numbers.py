"""A metric before and after a change, on the same raw rows."""

from dataclasses import dataclass
from itertools import pairwise
from math import inf
from statistics import median

from product_health.lock.values import ALL, Value, Values
from product_health.semantics.units import scaled

LEVELS = "▁▂▃▄▅▆▇█"


@dataclass(frozen=True)
class Numbers:
    """Values by part (all, or a dimension and its value) and by first date of the period.

    `margins` are halves of the 95 % interval of the total before the change, by period.
    """

    unit: str
    grain: str
    before: Values
    after: Values
    margins: dict[str, Value]

    @property
    def periods(self) -> list[tuple[str, Value, Value]]:
        """The total by period, before and after."""
        old, new = self.before.get(ALL, {}), self.after.get(ALL, {})
        return [(period, old.get(period), new.get(period)) for period in sorted({*old, *new})]

    @property
    def moved(self) -> list[tuple[str, Value, Value]]:
        """The periods whose total moved, before and after."""
        return [row for row in self.periods if row[1] != row[2]]

    def latest(self, most: int) -> list[tuple[str, Value, Value]]:
        """Give at most so many periods, up to the last whose total moved."""
        moved = [place for place, row in enumerate(self.periods, 1) if row[1] != row[2]]
        end = moved[-1] if moved else len(self.periods)
        return self.periods[max(0, end - most) : end]

    @property
    def moved_parts(self) -> list[tuple[str, str, Value, Value]]:
        """Segments that moved, on the last period on which they did: part, period, both values."""
        return [
            (part, moved[-1], old.get(moved[-1]), new.get(moved[-1]))
            for part in sorted({*self.before, *self.after} - {ALL})
            for old, new in [(self.before.get(part, {}), self.after.get(part, {}))]
            for moved in [[one for one in sorted({*old, *new}) if old.get(one) != new.get(one)]]
            if moved
        ]

    @property
    def largest(self) -> tuple[str, float] | None:
        """The period whose total moved most, and how far, in the unit of differences."""
        steps = [
            (period, scaled(new, self.unit) - scaled(old, self.unit))
            for period, old, new in self.moved
            if old is not None and new is not None
        ]
        return max(steps, key=lambda step: abs(step[1]), default=None)

    @property
    def is_same(self) -> bool:
        """Whether every value is the same, in total and by segment."""
        return self.before == self.after

    @property
    def has_values(self) -> bool:
        """Whether there is any value to compare."""
        sides = (*self.before.values(), *self.after.values())
        return any(value is not None for periods in sides for value in periods.values())

    @property
    def shift(self) -> float | None:
        """The median move of the total over the periods, in the unit of differences."""
        moves = [
            scaled(new, self.unit) - scaled(old, self.unit)
            for _, old, new in self.periods
            if old is not None and new is not None
        ]
        return median(moves) if moves else None

    @property
    def own_movement(self) -> float | None:
        """The median size of the metric's move from one period to the next, before the change."""
        values = [scaled(old, self.unit) for _, old, _ in self.periods if old is not None]
        steps = [abs(new - old) for old, new in pairwise(values)]
        return median(steps) if steps else None

    @property
    def weight(self) -> float:
        """How often its usual move from one period to the next its largest move is."""
        if self.largest is None:
            return 0.0
        return abs(self.largest[1]) / own if (own := self.own_movement) else inf

    @property
    def margin(self) -> float | None:
        """The margin of error of the last period that has one, in the unit of differences."""
        known = [value for _, value in sorted(self.margins.items()) if value is not None]
        return scaled(known[-1], self.unit) if known else None


def sparkline(values: list[Value], lowest: float, highest: float) -> str:
    """Draw values as a line of blocks between two bounds; a gap where there is no value."""
    reach = (highest - lowest) or 1
    return "".join(
        " " if value is None else LEVELS[round((value - lowest) / reach * (len(LEVELS) - 1))]
        for value in values
    )
