"""What parses, into what, and what does not."""

from datetime import date, datetime
from typing import Any

import duckdb
import pytest

from product_health.contract import Column, Contract, Entity
from product_health.landing.parse import Rule, describe, strict_select

RECEIVED = datetime(2026, 1, 1)  # noqa: DTZ001 - landed times carry no offset
NO = object()  # does not parse


def parse(value_sql: str, data_type: str, fmt: str | None = None) -> tuple[Any, str | None]:
    """Return the landed value and the parse error of one value."""
    row = read(value_sql, Column("thing", data_type, required=True), fmt)
    return row["thing"], row["parse_error"]


def read(
    value_sql: str, column: Column, fmt: str | None = None, timezone: str | None = None
) -> dict[str, Any]:
    """Return the landed row of one value."""
    entity = Entity("things", (column,))
    source = f"select {value_sql} as input"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'America/New_York'")  # must not matter
        select = strict_select(
            entity,
            source,
            {"thing": Rule(source="input", format=fmt)},
            received_at=RECEIVED,
            columns=describe(connection, source),
            timezone=timezone,
        )
        result = connection.execute(select)
        names = [one[0] for one in result.description or ()]
        return dict(zip(names, result.fetchall()[0], strict=True))


def check(value_sql: str, data_type: str, expected: object, fmt: str | None = None) -> None:
    """Assert what a value becomes; NO is NULL with a parse error."""
    value, parse_error = parse(value_sql, data_type, fmt)
    if expected is NO:
        assert (value, parse_error) == (None, "thing")
    else:
        assert (value, parse_error) == (expected, None)
        assert type(value) is type(expected)


def at(*parts: int) -> datetime:
    """Return a time as it is landed: UTC, without an offset."""
    return datetime(*parts)  # type: ignore[arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        (" -7 ", -7),
        ("+7", 7),
        ("9.0", 9),
        ("9.6", NO),
        ("9,6", NO),
        ("1e3", NO),
        ("0x10", NO),
        ("1_000", NO),
        ("seven", NO),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", NO),
        ("", None),
        ("  ", None),
    ],
)
def test_integer(text: str, expected: object) -> None:
    check(f"'{text}'", "integer", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9.6", 9.6),
        ("10", 10.0),
        (".5", 0.5),
        ("-1.5e3", -1500.0),
        ("1e999", NO),
        ("infinity", NO),
        ("nan", NO),
        ("1_000", NO),
        ("9,6", NO),
        ("", None),
    ],
)
def test_number(text: str, expected: object) -> None:
    check(f"'{text}'", "number", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("true", True), ("T", True), ("1", True), ("No", False), ("0", False), ("2", NO), ("", None)],
)
def test_boolean(text: str, expected: object) -> None:
    check(f"'{text}'", "boolean", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-01-31 00:00:00", date(2026, 1, 31)),
        ("2026-01-31 10:00:00", NO),
        ("2026-02-30", NO),
        ("31/01/2026", NO),
        ("infinity", NO),
        ("1899-12-31", NO),
        ("1900-01-01", date(1900, 1, 1)),
        ("2199-12-31", date(2199, 12, 31)),
        ("2200-01-01", NO),
    ],
)
def test_date(text: str, expected: object) -> None:
    check(f"'{text}'", "date", expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31 10:00:00", at(2026, 1, 31, 10)),
        ("2026-01-31T10:00:00.5", at(2026, 1, 31, 10, 0, 0, 500000)),
        ("2026-01-31T10:00Z", at(2026, 1, 31, 10)),
        ("2026-01-31 10:00:00 UTC", at(2026, 1, 31, 10)),
        ("2026-01-31T10:00:00+02:00", at(2026, 1, 31, 8)),
        ("2026-01-31T10:00:00+0530", at(2026, 1, 31, 4, 30)),
        ("2026-01-31 10:00:00-05", at(2026, 1, 31, 15)),
        ("2026-01-31", at(2026, 1, 31)),
        ("2026-01-31T25:00:00", NO),
        ("2026-02-30 10:00:00", NO),
        ("infinity", NO),
        ("epoch", NO),
        ("1082040961", NO),
        ("1899-12-31 23:59:59", NO),
        ("2199-12-31 23:59:59", at(2199, 12, 31, 23, 59, 59)),
        ("2200-01-01 00:00:00", NO),
        ("2200-01-01 00:00:00+01", at(2199, 12, 31, 23)),
        ("", None),
    ],
)
def test_timestamp(text: str, expected: object) -> None:
    check(f"'{text}'", "timestamp", expected)


@pytest.mark.parametrize(
    ("value", "fmt", "expected"),
    [
        ("'1082040961'", "epoch", at(2004, 4, 15, 14, 56, 1)),
        ("'1082040961.25'", "epoch", at(2004, 4, 15, 14, 56, 1, 250000)),
        ("'1082040961250'", "epoch_ms", at(2004, 4, 15, 14, 56, 1, 250000)),
        ("1082040961", "epoch", at(2004, 4, 15, 14, 56, 1)),
        ("1082040961.0::double", "epoch", at(2004, 4, 15, 14, 56, 1)),
        ("'1082040961250'", "epoch", NO),
        ("'99999999999999999999999'", "epoch", NO),
        ("'soon'", "epoch", NO),
        ("'infinity'::double", "epoch", NO),
        ("'31/01/2026 10:00'", "%d/%m/%Y %H:%M", at(2026, 1, 31, 10)),
        ("'31/01/2026 10:00 +0200'", "%d/%m/%Y %H:%M %z", at(2026, 1, 31, 8)),
        ("'2026-01-31'", "%d/%m/%Y", NO),
        ("''", "%d/%m/%Y", None),
        ("''", "epoch", None),
    ],
)
def test_timestamp_in_a_format(value: str, fmt: str, expected: object) -> None:
    check(value, "timestamp", expected, fmt)


def test_date_in_a_format() -> None:
    check("'31/01/2026'", "date", date(2026, 1, 31), "%d/%m/%Y")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1.50}', '{"a": 1.50}'),
        ("[]", "[]"),
        ("{'a': 1}", NO),
        ("{", NO),
        ("NaN", NO),
        ("", None),
    ],
)
def test_json(text: str, expected: object) -> None:
    quoted = text.replace("'", "''")
    check(f"'{quoted}'", "json", expected)


@pytest.mark.parametrize(
    ("value", "data_type", "expected"),
    [
        ("7::integer", "integer", 7),
        ("7.0::double", "integer", 7),
        ("9.6::double", "integer", NO),
        ("'nan'::double", "integer", NO),
        ("7.5::decimal(4, 2)", "integer", NO),
        ("7.50::decimal(4, 2)", "number", 7.5),
        ("9.6::double", "number", 9.6),
        ("'infinity'::double", "number", NO),
        ("true", "boolean", True),
        ("true", "number", NO),
        ("date '2026-01-31'", "timestamp", at(2026, 1, 31)),
        ("date '2026-01-31'", "date", date(2026, 1, 31)),
        ("timestamp '2026-01-31 10:00:00'", "timestamp", at(2026, 1, 31, 10)),
        ("timestamptz '2026-01-31 10:00:00+02'", "timestamp", at(2026, 1, 31, 8)),
        ("timestamp_ns '2026-01-31 10:00:00'", "timestamp", at(2026, 1, 31, 10)),
        ("timestamp 'infinity'", "timestamp", NO),
        ("1082040961", "timestamp", NO),
        ("12345678901234567890123::hugeint", "text", "12345678901234567890123"),
        ("'a'::blob", "text", "a"),
        (r"'\xFF'::blob", "text", NO),
        ("{'a': 1, 'b': null}", "json", '{"a":1,"b":null}'),
        ("[1, 2]", "json", "[1,2]"),
        ("null::integer", "timestamp", None),
    ],
)
def test_typed_input(value: str, data_type: str, expected: object) -> None:
    check(value, data_type, expected)


def test_typed_input_of_the_right_type_is_not_cast(contract: Contract) -> None:
    entity = contract.entities["usage_events"]
    types = {column.name: column.duckdb_type for column in entity.columns}
    types.pop("properties")  # JSON is judged though its type is right
    select = strict_select(entity, "from events", received_at=RECEIVED, columns=types)
    assert "try_cast" not in select
    assert "regexp" not in select


def test_one_bad_column_leaves_the_others_and_keeps_the_row() -> None:
    columns = (Column("a", "integer"), Column("b", "integer", required=True), Column("c", "text"))
    select = strict_select(
        Entity("things", columns), "select 'x' as a, 'y' as b, 'é \"' as c, null as d",
        received_at=RECEIVED, columns=dict.fromkeys("abcd", "VARCHAR"),
    )  # fmt: skip
    with duckdb.connect() as connection:
        result = connection.execute(select)
        names = [one[0] for one in result.description or ()]
        row = dict(zip(names, result.fetchall()[0], strict=True))
    assert (row["a"], row["b"], row["c"], row["received_at"]) == (None, None, 'é "', RECEIVED)
    assert (row["set_aside"], row["parse_error"]) == ("a", "b")
    assert row["raw_text"] == '{"a":"x","b":"y","c":"é \\"","d":null}'


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("''", None),
        ("'  '", None),
        ("chr(160) || ' ann' || chr(9)", "ann"),
        ("1.0::double", "1"),
        ("101.0::float", "101"),
        ("-7.0::double", "-7"),
        ("1.5::double", "1.5"),
        ("'nan'::double", None),
        ("9007199254740993::double", "9007199254740992.0"),
        ("101.00::decimal(6, 2)", "101"),
        ("101.50::decimal(6, 2)", "101.50"),
        ("'1.0'", "1.0"),
        ("' a '::blob", "a"),
    ],
)
def test_text_is_trimmed_and_floats_lose_their_point(value: str, expected: str | None) -> None:
    assert parse(value, "text") == (expected, None)


MOMENT = Column("thing", "timestamp")


@pytest.mark.parametrize(
    ("value", "fmt", "is_bare"),
    [
        ("'2026-01-31'", None, True),
        ("' 2026-01-31 '", None, True),
        ("'2026-01-31 00:00'", None, False),
        ("'2026-01-31T00:00:00Z'", None, False),
        ("date '2026-01-31'", None, True),
        ("timestamp '2026-01-31 00:00:00'", None, False),
        ("'31/01/2026'", "%d/%m/%Y", True),
        ("'31/01/2026 00'", "%d/%m/%Y %H", False),
        ("'1769817600'", "epoch", False),
    ],
)
def test_a_date_without_a_time_is_marked(value: str, fmt: str | None, is_bare: bool) -> None:  # noqa: FBT001
    row = read(value, MOMENT, fmt, timezone="Asia/Tokyo" if is_bare else None)
    assert (row["thing"], row["bare_dates"]) == (at(2026, 1, 31), "thing" if is_bare else None)


@pytest.mark.parametrize("value", ["'2026-13-31'", "'31.1.2026'", "''", "null::date"])
def test_what_is_no_date_is_not_marked(value: str) -> None:
    assert read(value, MOMENT)["bare_dates"] is None


@pytest.mark.parametrize(
    ("value", "fmt"),
    [
        ("'2026-07-01 12:00:00'", None),
        ("timestamp '2026-07-01 12:00:00'", None),
        ("timestamp_ns '2026-07-01 12:00:00'", None),
        ("'01/07/2026 12:00'", "%d/%m/%Y %H:%M"),
        ("'2026-07-01T10:00:00Z'", None),
        ("timestamptz '2026-07-01 10:00:00+00'", None),
        ("'1782900000'", "epoch"),
        ("'01/07/2026 12:00 +0200'", "%d/%m/%Y %H:%M %z"),
    ],
)
def test_a_time_without_an_offset_is_of_the_sources_zone(value: str, fmt: str | None) -> None:
    assert read(value, MOMENT, fmt, timezone="Europe/Berlin")["thing"] == at(2026, 7, 1, 10)


@pytest.mark.parametrize("value", ["'9999-12-31'", "'9000-01-01 00:00'", "timestamp 'infinity'"])
def test_the_end_of_time_is_none_where_emptiness_has_a_meaning(value: str) -> None:
    open_ended = Column("thing", "timestamp", empty_means="it runs on")
    row = read(value, open_ended)
    assert (row["thing"], row["bare_dates"], row["parse_error"]) == (None, None, None)
    row = read(value, MOMENT)
    assert (row["thing"], row["set_aside"]) == (None, "thing")


def test_a_wrong_end_sets_the_row_aside() -> None:
    row = read("'8999-12-31'", Column("thing", "timestamp", empty_means="it runs on"))
    assert (row["thing"], row["parse_error"], row["set_aside"]) == (None, "thing", None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("'1769853600000000'", at(2026, 1, 31, 10)),
        ("1769853600000001", at(2026, 1, 31, 10, 0, 0, 1)),
        ("'253402214400000000'", None),
    ],
)
def test_microseconds_since_1970(value: str, expected: datetime | None) -> None:
    assert read(value, MOMENT, "epoch_us")["thing"] == expected
