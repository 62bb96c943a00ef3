"""An answer as an aligned table, CSV, JSON, or a chart."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import altair as alt
import vl_convert

from product_health import terminal
from product_health.errors import UserError
from product_health.query.answers import EVERYONE, Answer
from product_health.semantics.units import scaled, shown

CHARTS = (".svg", ".png", ".html")
# A spreadsheet runs a cell that begins so, in full width too.
FORMULA = re.compile(r"[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]")
NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?")
# A page around a chart, which runs and loads nothing.
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Chart</title>'
    '<meta http-equiv="Content-Security-Policy" '
    "content=\"default-src 'none'; style-src 'unsafe-inline'\">{}</html>"
)


def table(answers: Sequence[Answer]) -> str:
    """Write answers side by side as an aligned table, each value in its unit."""
    first = answers[0]
    metrics = [answer.metric.name for answer in answers]
    units = [answer.metric.unit for answer in answers]
    cells = ((*key, *map(shown, values, units)) for key, values in _joined(answers).items())
    return terminal.table((first.grain, *first.by, *metrics), cells, right=metrics)


def records(answers: Sequence[Answer]) -> list[dict[str, object]]:
    """Give answers side by side as rows of plain values, unrounded."""
    names = ("period", *answers[0].by, *(answer.metric.name for answer in answers))
    return [
        dict(zip(names, (str(key[0]), *key[1:], *values), strict=True))
        for key, values in _joined(answers).items()
    ]


def as_csv(answers: Sequence[Answer]) -> str:
    """Write answers as CSV with a header; text that a spreadsheet would run begins with '."""
    rows = ({name: _cell(value) for name, value in row.items()} for row in records(answers))
    file = io.StringIO()
    names = ["period", *answers[0].by, *(answer.metric.name for answer in answers)]
    writer = csv.DictWriter(file, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().rstrip("\n")


def _cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    is_run = FORMULA.match(value) and not NUMBER.fullmatch(value)
    return ("'" if is_run else "") + terminal.plain(value)


def as_json(answers: Sequence[Answer]) -> str:
    """Write answers as a JSON list of rows."""
    return json.dumps(records(answers), indent=1, default=str)


def _joined(answers: Sequence[Answer]) -> dict[tuple[object, ...], list[float | None]]:
    """Put the values of several metrics of the same period and segment into one row."""
    found: dict[tuple[object, ...], list[float | None]] = {}
    for place, answer in enumerate(answers):
        for row in answer.rows:
            key = (row["period"], *(row[name] for name in answer.by))
            found.setdefault(key, [None] * len(answers))[place] = row["value"]
    order = sorted(found, key=lambda key: tuple((part != EVERYONE, str(part)) for part in key))
    return {key: found[key] for key in order}


def refuse_plot(path: Path, metrics: int) -> None:
    """Raise UserError where no chart can be drawn."""
    if path.suffix not in CHARTS:
        message = f"--plot {path}: the name must end in {', '.join(CHARTS)}"
        raise UserError(message)
    if metrics > 1:
        message = "--plot draws one metric; name one"
        raise UserError(message)


def plot(answer: Answer, path: Path) -> None:
    """Draw an answer over time as SVG, PNG or HTML, by the ending of the file's name.

    UserError where no row has a value.
    """
    unit = answer.metric.unit
    rows = [
        {
            "period": str(row["period"]),
            "value": scaled(row["value"], unit),
            # a control character in a label would end the process within the library that draws
            "part": terminal.plain(_part(answer, row)),
        }
        for row in answer.rows
        if row["value"] is not None
    ]
    if not rows:
        message = f"--plot {path}: no chart was drawn, because no row has a value"
        raise UserError(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"{answer.metric.label} by {answer.grain}, {'%' if unit == 'share' else unit}"
    chart = (
        alt.Chart(alt.InlineData(values=rows), width=720, height=320, title=title)
        .mark_line(point=True)
        .encode(
            x=alt.X("period:T", title=None),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            color=alt.Color("part:N", title=" and ".join(answer.by) or None),
        )
    )
    _save(chart.to_dict() | {"description": title}, path)


def _save(spec: dict[str, object], path: Path) -> None:
    """Write a chart; HTML is a page around the SVG, in which text of the data stays text."""
    if path.suffix == ".png":
        path.write_bytes(vl_convert.vegalite_to_png(spec, scale=2))
        return
    svg = vl_convert.vegalite_to_svg(spec)
    path.write_text(svg if path.suffix == ".svg" else PAGE.format(svg), encoding="utf-8")


def _part(answer: Answer, row: Mapping[str, object]) -> str:
    return ", ".join(str(row[name]) for name in answer.by) or answer.metric.label
