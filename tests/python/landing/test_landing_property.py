"""Nothing is lost or changed, whatever the text: random tables, and random damage to them."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landing_door import Door
from product_health.errors import UserError
from product_health.landing import records, sources
from product_health.landing.parse import ROW_TEXT
from product_health.landing.plain_csv import plain_block
from product_health.landing.request import Reading
from product_health.landing.sources import read_files

WIDTH = 4
NAMES = ["a", "b", "c", "d"]
CELLS = st.text(st.sampled_from("ab1 ,;\"'\n\r\t\0é🙂\\|{}[]"), max_size=6)
ROWS = st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=12)
TABLES = st.lists(st.lists(CELLS, min_size=WIDTH, max_size=WIDTH), min_size=1, max_size=12)
DAMAGE = st.sampled_from(['"', ",", "\n", "\r", '""', '"\n', "\0", "é"])
MANY = settings(max_examples=150, deadline=None)


class Reader:
    """Reads content as the landing door does."""

    def __init__(self, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        """Write files to `folder`."""
        self.folder = folder
        self.connection = connection

    def read(self, name: str, content: bytes, reading: Reading) -> list[tuple[str | None, ...]]:
        """Return the rows of a file: the text of a bad one (else None), then the columns."""
        path = self.folder / name
        path.write_bytes(content)
        part = read_files(self.connection, [path], reading, self.folder, lambda _: None)[0]
        text = f'"{ROW_TEXT}"' if ROW_TEXT in part.types else "null"
        columns = ", ".join(f'"{name}"' for name in part.types if name != ROW_TEXT)
        select = f"select {text}, {columns} from ({part.select_sql})"
        rows = self.connection.execute(select).fetchall()
        assert len(rows) == part.row_count
        return rows


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """One connection for all examples: to open one takes longer than an example."""
    with duckdb.connect(config={"threads": "1"}) as connection:
        yield Reader(tmp_path_factory.mktemp("random"), connection)


def written(rows: list[list[str]], delimiter: str = ",", quote: str = '"', end: str = "\n") -> str:
    """Return rows as delimited text, by Python's own writer, with every field quoted."""
    out = io.StringIO()
    csv.writer(
        out, delimiter=delimiter, quotechar=quote, lineterminator=end, quoting=csv.QUOTE_ALL
    ).writerows(rows)
    return out.getvalue()


@MANY
@given(
    TABLES,
    st.sampled_from(",;\t| "),
    st.sampled_from("\"'"),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_sound_rows_come_back_exactly(
    reader: Reader,
    rows: list[list[str]],
    delimiter: str,
    quote: str,
    end: str,
    encoding: str,
) -> None:
    reading = Reading(delimiter=delimiter, quote=quote, columns=tuple(NAMES))
    landed = reader.read(
        "sound.csv", written(rows, delimiter, quote, end).encode(encoding), reading
    )
    assert landed == [(None, *(cell or None for cell in row)) for row in rows]


@MANY
@given(ROWS.filter(bool))
def test_ragged_rows_keep_their_text(reader: Reader, rows: list[list[str]]) -> None:
    landed = reader.read("ragged.csv", written(rows).encode(), Reading(columns=tuple(NAMES)))
    wanted = [
        (None, *(cell or None for cell in row))
        if len(row) == WIDTH
        else (written([row]).removesuffix("\n"), *[None] * WIDTH)
        for row in rows
    ]
    assert landed == wanted


@MANY
@given(TABLES, st.lists(st.tuples(st.integers(0, 400), DAMAGE), min_size=1, max_size=4))
def test_damage_loses_no_character(
    reader: Reader,
    rows: list[list[str]],
    damage: list[tuple[int, str]],
) -> None:
    text = written(rows)
    for position, what in damage:
        at = position % (len(text) + 1)
        text = text[:at] + what + text[at:]
    try:
        landed = reader.read("damaged.csv", text.encode(), Reading(columns=tuple(NAMES)))
    except UserError as error:
        assert "is empty" in str(error)  # noqa: PT017 - the only error there may be
        landed = []
    kept = "".join(cell for row in landed for cell in row if cell is not None)
    assert bare(kept) == bare(text)


QUOTED, SOUND = st.just('"a\n,b",c\n'), st.just("a,b,c,d\r\n")
PLAIN = st.text(st.sampled_from("ab1 ,;\t\n\ré🙂|\\"), max_size=40)


@MANY
@given(
    st.lists(PLAIN | st.just('"a\n,b",c\n') | st.just("a,b,c,d\r\n"), max_size=8),
    st.integers(1, 30),
)
def test_blocks_that_split_plainly_give_the_rows_that_the_reader_gives(
    reader: Reader, pieces: list[str], block: int
) -> None:
    content = ("a,b,c,d\n" + "".join(pieces)).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(records, "BLOCK", block)
        in_blocks = reader.read("blocks.csv", content, Reading())
        patch.setattr(sources, "plain_block", lambda *_: None)
        assert in_blocks == reader.read("rows.csv", content, Reading())


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_a_plain_block_is_written_as_rows_are(delimiter: str) -> None:
    rows = [["a", "", ""], ["", "é 🙂", "'"], ["", "", "\u2028"]]
    block = "\r\n".join(map(delimiter.join, rows)) + "\n"
    found = plain_block(block, delimiter, '"', 3)
    assert found is not None
    told = [json.loads(row) for row in found[0].decode().split("\n")[:-1]]
    assert told == [[None, *(cell or None for cell in row)] for row in rows]
    assert found[1] == 3
    for odd in (
        '"a"',
        "a\\",
        "a\0",
        "a\udce9",
        f"a{delimiter}b{delimiter}c{delimiter}d",
        "a",
        "\r",
    ):
        assert plain_block(block + odd + "\n", delimiter, '"', 3) is None


def bare(text: str) -> str:
    """Return text without what separates rows and fields."""
    return "".join(char for char in text if char not in '",\r\n')


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | CELLS,
    lambda children: st.lists(children, max_size=3) | st.dictionaries(CELLS, children, max_size=3),
    max_leaves=6,
)  # fmt: skip


@MANY
@given(st.lists(st.dictionaries(st.sampled_from("abAB"), JSON, max_size=4), min_size=1, max_size=8))
def test_json_lines_come_back_exactly(reader: Reader, rows: list[dict[str, object]]) -> None:
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    if not any(rows):
        return
    names = list(dict.fromkeys(key for row in rows for key in row))
    for row, (text, *cells) in zip(
        rows, reader.read("rows.jsonl", content, Reading()), strict=True
    ):
        assert text is None
        for name, cell in zip(names, cells, strict=True):
            value = row.get(name)
            assert cell == value if isinstance(value, str) else same(cell, value)


def same(cell: str | None, value: object) -> bool:
    """Tell whether a cell holds this JSON value."""
    return value is None if cell is None else json.loads(cell) == value


def test_a_long_damaged_file_is_landed_whole(door: Door) -> None:
    lines = [f"e{n},ann,click,2026-01-31,web" for n in range(20_000)]
    for n in range(0, 20_000, 97):
        lines[n] = [f'e{n},"ann', f"e{n},ann", f"e{n},a,b,c,d,e,f", f"e{n},ann,click,x,web"][n % 4]
    header = "event_id,actor_id,event_name,occurred_at,platform"
    path = door.file("events.csv", "\n".join([header, *lines]))
    landed = door.landed("usage_events", "--from", path)
    assert len(landed) == 20_000
    for n, row in enumerate(landed):
        if n % 97:
            assert (row["event_id"], row["parse_error"]) == (f"e{n}", None)
        elif row["parse_error"] == "row":
            assert row["raw_text"] == lines[n]
        else:
            assert row["parse_error"] == "occurred_at"
            assert list(json.loads(row["raw_text"]).values()) == lines[n].split(",")
