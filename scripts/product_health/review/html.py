"""A review as one HTML page that needs nothing beside it."""

from importlib.resources import files

import altair as alt
import vl_convert
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from product_health.review.markdown import moves, told
from product_health.review.numbers import Numbers
from product_health.review.review import Review
from product_health.semantics.units import scaled, shift, shown


def html(review: Review) -> str:
    """Write a review as HTML; charts are drawn here, and no text of the project becomes markup."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"shown": shown}
    environment.globals |= {"shift": shift, "chart": chart, "told": told, "moves": moves}
    template = files("product_health.review").joinpath("review.html.jinja").read_text("utf-8")
    return environment.from_string(template).render(review=review)


def chart(numbers: Numbers, label: str) -> Markup:
    """Draw the total before and after as SVG."""
    rows = [
        {"period": period, "side": side, "value": scaled(value, numbers.unit)}
        for period, old, new in numbers.periods
        for side, value in (("before", old), ("after", new))
        if value is not None
    ]
    drawn = (
        alt.Chart(alt.InlineData(values=rows), width=620, height=180, background="transparent")
        .mark_line(point=True)
        .encode(
            x=alt.X("period:O", title=None, axis=alt.Axis(labelAngle=-45)),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            color=alt.Color("side:N", title=None, sort=["before", "after"]),
            strokeDash=alt.StrokeDash("side:N", sort=["before", "after"], legend=None),
        )
        .configure(font="sans-serif")
        .configure_range(category=["#8a8a8a", "#0b6bcb"])
        .configure_axis(labelColor="#777", gridColor="#8883", domainColor="#888", tickColor="#888")
        .configure_legend(labelColor="#777", orient="top")
    )
    svg = vl_convert.vegalite_to_svg(
        drawn.to_dict() | {"description": f"{label}, before and after"}
    )
    return Markup(svg)  # noqa: S704 - vl-convert escapes the text of data
