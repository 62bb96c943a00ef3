"""Third-party data through the door, against its published counts."""

import json
from pathlib import Path

import duckdb

from landing_door import Door


def test_collegemsg(door: Door, shared_data: Path) -> None:
    path = shared_data / "collegemsg" / "raw" / "CollegeMsg.txt.gz"
    result = door.land(
        *("usage_events", "--from", path, "--delimiter", "space", "--columns", "src,dst,unixts"),
        *("--map", "actor_id=src", "--map", "occurred_at=unixts:epoch"),
        *("--map", "event_id=@row_hash", "--set", "event_name=message_sent"),
    )
    assert result.exit_code == 0, result.output
    row = door.store.loads()[0]
    assert row["row_count"] == 59_835
    assert str(row["first_event_at"]) == "2004-04-15 14:56:01"
    assert str(row["last_event_at"]) == "2004-10-26 07:52:22"
    file = door.store.load_dir(1) / "usage_events.parquet"
    with duckdb.connect() as connection:
        counts = connection.execute(
            "select count(distinct (event_id, occurred_at)), count(distinct actor_id), "
            f"count(parse_error) from read_parquet('{file}')"
        ).fetchall()
    assert counts == [(59_835 - 37, 1_350, 0)]


def test_retentioneering_ecom(door: Door, shared_data: Path) -> None:
    folder = shared_data / "retentioneering_ecom"
    result = door.land(
        *("usage_events", "--from", folder / "raw" / "ecom.csv.gz", "--rest-to", "properties"),
        *("--map", "actor_id=user_id", "--map", "event_name=event"),
        *("--map", "occurred_at=timestamp", "--map", "event_id=@row_number"),
    )
    assert result.exit_code == 0, result.output
    row = door.rows("usage_events")[0]
    assert set(json.loads(row["properties"])) == {
        "session_id", "acquisition_channel", "user_cohort", "user_lifecycle"
    }  # fmt: skip
    assert door.store.loads()[0]["row_count"] == 31_106
