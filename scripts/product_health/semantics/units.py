"""How a value of a metric is written, and how far two are apart, in the metric's own unit."""

# Scores and rates move by points: a percentage of a percentage, or of a signed score, misleads.
RATES = {"share": 100.0}
POINTS = {"points", "score"}
SUFFIX = {
    "minutes": " min",
    "uses_per_day": " uses a day",
    "tickets_per_100_people": " per 100 people",
}
NONE = "none"
# Enough to see any change that a person would see, few enough to be the same on every machine.
DIGITS = 9
HOUR = 60
# From here on hours are easier to read.
LONG_MINUTES = 2 * HOUR


def shown(value: float | None, unit: str) -> str:
    """Write a value for people: 24.9 %, 1,184, 34.0, 3.0 h; `none` where there is no value."""
    if value is None:
        return NONE
    if unit in RATES:
        return f"{value * RATES[unit]:.1f} %"
    if unit == "minutes" and abs(value) >= LONG_MINUTES:
        return f"{value / HOUR:,.1f} h"
    if isinstance(value, int) and unit not in POINTS:
        return f"{value:,}{SUFFIX.get(unit, '')}"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 10 or unit in POINTS else 2
    return f"{value:,.{digits}f}{SUFFIX.get(unit, '')}"


def scaled(value: float, unit: str) -> float:
    """Give a value in the unit in which differences of it are told: shares as percentage points."""
    return value * RATES.get(unit, 1.0)


def step(value: float, unit: str) -> str:
    """Write a difference that is in the unit in which differences are told."""
    return f"{value:,.3g}{' points' if unit in RATES or unit in POINTS else SUFFIX.get(unit, '')}"


def signed(value: float, unit: str) -> str:
    """Write a difference with its sign."""
    return f"{'+' if value >= 0 else ''}{step(value, unit)}"


def shift(before: float | None, after: float | None, unit: str) -> str:
    """Write how far a value moved: +3.1 points, -4.2 %, or what appeared or went."""
    if before is None or after is None:
        return "" if before == after else ("appears" if before is None else "is gone")
    moved = scaled(after, unit) - scaled(before, unit)
    if unit in RATES or unit in POINTS:
        return f"{moved:+.1f} points"
    if before == 0:
        return f"{moved:+,.4g}"
    return f"{100 * moved / before:+.1f} %"


def rounded(value: float | None) -> float | int | None:
    """Round to DIGITS significant digits; whole numbers stay whole."""
    if value is None or isinstance(value, int):
        return value
    short = float(f"{float(value):.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < 10**DIGITS else short
