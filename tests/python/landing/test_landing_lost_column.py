"""A column that one file lacks and others have."""

import csv
import io

import duckdb
import pytest

from landing_door import Door

COLUMNS = ("event_id", "actor_id", "event_name", "occurred_at", "platform")
FILES = 3


def text(number: int, without: str | None) -> str:
    out = io.StringIO()
    names = [name for name in COLUMNS if name != without]
    writer = csv.DictWriter(out, names, extrasaction="ignore")
    writer.writeheader()
    for row in range(10):
        values = (f"e{number}-{row}", "a", "login", f"2026-01-0{number} 10:00:00", "web")
        writer.writerow(dict(zip(COLUMNS, values, strict=True)))
    return out.getvalue()


def test_an_optional_column_is_empty_in_the_load_that_lacks_it(door: Door) -> None:
    for number in range(1, 1 + FILES):
        is_lacking = number == 2
        file = door.file(f"{number}.csv", text(number, "platform" if is_lacking else None))
        result = door.land("usage_events", "--from", file)
        assert result.exit_code == 0, result.output
        (told,) = (line for line in result.stdout.splitlines() if "columns left empty" in line)
        assert ("platform" in told) == is_lacking
        found = [(row["event_id"], row["platform"]) for row in door.rows("usage_events")]
        platform = None if is_lacking else "web"
        assert found == [(f"e{number}-{row}", platform) for row in range(10)]


@pytest.mark.parametrize("column", ["actor_id", "event_name", "occurred_at"])
def test_a_required_column_is_missed(door: Door, column: str) -> None:
    door.landed("usage_events", "--from", door.file("1.csv", text(1, None)))
    told = door.refused("usage_events", "--from", door.file("2.csv", text(2, column)))
    assert f"2.csv: has no column for {column}, which usage_events requires" in told
    door.landed("usage_events", "--from", door.file("3.csv", text(3, None)))
    assert [row["row_count"] for row in door.store.loads()] == [10, 10]


@pytest.mark.parametrize("column", ["platform", "actor_id"])
def test_one_file_of_a_pattern_lacks_a_column(door: Door, column: str) -> None:
    for number in range(1, 1 + FILES):
        file = door.file(f"{number}.csv", text(number, column if number == 2 else None))
        with duckdb.connect() as connection:
            connection.execute(f"copy (from '{file}') to '{file.with_suffix('.parquet')}'")
    pattern = door.folder / "*.parquet"
    if column == "actor_id":
        told = door.refused("usage_events", "--from", pattern)
        assert "2.parquet: has no column for actor_id" in told
        return
    result = door.land("usage_events", "--from", pattern)
    assert result.exit_code == 0, result.output
    (told,) = (line for line in result.stdout.splitlines() if "which other files have" in line)
    assert told.endswith("2.parquet")
    assert "platform in " in told
    found = {row["event_id"]: row["platform"] for row in door.rows("usage_events")}
    assert len(found) == 10 * FILES
    assert {key for key, value in found.items() if value is None} == {f"e2-{n}" for n in range(10)}
