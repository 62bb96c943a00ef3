"""Bad JSON, and JSON that is good though it looks odd."""

import json

import pytest

from landing_door import Door

JSON_GOOD = '{"event_id": "e1", "actor_id": "ann", "event_name": "c", "occurred_at": "2026-01-31"}'


@pytest.mark.parametrize(
    "line",
    [
        "{half",
        "[1, 2]",
        "17",
        '{"event_id": "e1", "event_id": "e2"}',
        '{"event_id": NaN}',
        r'{"event_id": "half of a pair: \ud83d"}',
        '{"event_id": ' + "[" * 5000 + "]" * 5000 + "}",
    ],
)
def test_json_line_that_is_no_record(door: Door, line: str) -> None:
    path = door.file("events.jsonl", f"{JSON_GOOD}\n{line}\n{JSON_GOOD}\n")
    landed = door.landed("usage_events", "--from", path)
    assert [row["parse_error"] for row in landed] == [None, "row", None]
    assert landed[1]["raw_text"] == line


def test_json_values_are_kept_exactly(door: Door) -> None:
    line = (
        '{"event_id": 12345678901234567890123, "actor_id": 1.50, "event_name": true, '
        '"occurred_at": 1769853600, "properties": {"a": [1.50, null, "é\\u0000"]}, "platform": ""}'
    )
    path = door.file("events.jsonl", line)
    row = door.landed("usage_events", "--from", path, "--map", "occurred_at=occurred_at:epoch")[0]
    values = tuple(row[name] for name in ("event_id", "actor_id", "event_name", "platform"))
    assert values == ("12345678901234567890123", "1.50", "true", None)
    assert row["properties"] == '{"a":[1.50,null,"é\\u0000"]}'


def test_json_rest_keeps_its_types(door: Door) -> None:
    path = door.file("events.jsonl", JSON_GOOD[:-1] + ', "n": 1.50, "o": {"p": null}, "q": null}')
    row = door.landed("usage_events", "--from", path, "--rest-to", "properties")[0]
    assert json.loads(row["properties"]) == {"n": 1.5, "o": {"p": None}, "q": None}
    assert "1.50" in row["properties"] or json.loads(row["properties"])["n"] == 1.5


def test_json_keys_that_come_late(door: Door) -> None:
    path = door.file("events.jsonl", f'{JSON_GOOD}\n{JSON_GOOD[:-1]}, "platform": "ios"}}\n')
    assert [r["platform"] for r in door.landed("usage_events", "--from", path)] == [None, "ios"]
