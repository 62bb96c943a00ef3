"""A review as one Markdown document."""

import re
from importlib.resources import files
from typing import TYPE_CHECKING

from jinja2 import Environment, StrictUndefined

from product_health.review.numbers import Numbers, sparkline
from product_health.review.review import Review
from product_health.semantics.units import scaled, shift, shown, signed, step
from product_health.terminal import plain_lines

if TYPE_CHECKING:
    from product_health.lock.values import Value

MOST_PERIODS = 14
MOST_PARTS = 40
# What Markdown would take for markup; an underscore within a word is none.
MARKUP = re.compile(r"[\\`*\[\]|~]|(?<!\w)_|_(?!\w)")


def markdown(review: Review) -> str:
    """Write a review as Markdown: the verdict, the metrics touched, then each in detail."""
    environment = Environment(  # noqa: S701 - Markdown is written, and cells are escaped
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters |= {"shown": shown, "cell": cell, "code": code, "fenced": fenced}
    environment.globals |= {"shift": shift, "chart": chart, "told": told, "moves": moves}
    template = files("product_health.review").joinpath("review.md.jinja").read_text("utf-8")
    text = environment.from_string(template).render(
        review=review, most_periods=MOST_PERIODS, most_parts=MOST_PARTS
    )
    return plain_lines(text)


def cell(text: object) -> str:
    """Write text in a line, or a cell of a table, so that nothing in it becomes markup."""
    escaped = MARKUP.sub(r"\\\g<0>", str(text)).replace("&", "&amp;").replace("<", "&lt;")
    return " ".join(escaped.split())


def code(text: str) -> str:
    """Write text as code in a line."""
    line = " ".join(text.split())
    fence = "`" * (_longest_run(line) + 1)
    pad = " " if len(fence) > 1 else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def fenced(text: str, language: str = "") -> str:
    """Write text as a block of code."""
    fence = "`" * max(3, _longest_run(text) + 1)
    return f"{fence}{language}\n{text}\n{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)


def told(numbers: Numbers, every: Numbers) -> list[str]:
    """Say what moved, and how large that is against what the metric does by itself."""
    lines = [moves(every)]
    moved, own, margin = numbers.shift, numbers.own_movement, numbers.margin
    if moved is not None and own:
        times = abs(moved) / own
        lines.append(
            f"The total moves by {step(moved, numbers.unit)} (median over the periods), "
            f"{times:.1f} times what it usually moves from one {numbers.grain} to the next "
            f"({step(own, numbers.unit)})."
        )
    if moved is not None and margin:
        where = "within" if abs(moved) <= margin else "beyond"
        lines.append(f"That is {where} its margin of error of ± {step(margin, numbers.unit)}.")
    return lines


def moves(every: Numbers) -> str:
    """Say in a sentence how many periods moved, the largest of them, and the latest."""
    periods, moved, largest = every.periods, every.moved, every.largest
    if not moved:
        return f"The total stays; {len(every.moved_parts)} segments move."
    lines = [f"{len(moved):,} of {len(periods):,} {every.grain}s move"]
    if largest:
        lines.append(f"the largest by {signed(largest[1], every.unit)} on {largest[0]}")
    day, old, new = periods[-1]
    if old is not None and new is not None:
        latest = scaled(new, every.unit) - scaled(old, every.unit)
        lines.append(f"the latest ({day}) by {signed(latest, every.unit)}")
    return f"{', '.join(lines)}."


def chart(numbers: Numbers) -> str:
    """Draw the total before and after as two lines of blocks on one scale."""
    sides: tuple[list[Value], list[Value]] = (
        [old for _, old, _ in numbers.periods],
        [new for _, _, new in numbers.periods],
    )
    known = [scaled(value, numbers.unit) for side in sides for value in side if value is not None]
    if not known:
        return ""
    bounds = min(known), max(known)
    before, after = (
        sparkline([v if v is None else scaled(v, numbers.unit) for v in side], *bounds)
        for side in sides
    )
    scale = f"{bounds[0]:.4g} to {bounds[1]:.4g}"
    return f"before {before}\nafter  {after}   ({scale}, by {numbers.grain})"
