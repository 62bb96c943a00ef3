"""The folder of sets by itself, with sets of a file or two."""

import stat
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from product_health.errors import UserError
from product_health.publish.sets import KEPT, Publication, PublishedSets
from publishing_desk import NOON

READERS = 8


@pytest.fixture
def sets(tmp_path: Path) -> PublishedSets:
    return PublishedSets(tmp_path / "published")


def publish(sets: PublishedSets, text: str = "rows", day: int = 0) -> str:
    """Publish a set of one file in a folder."""
    with sets.locked():
        now = NOON + timedelta(days=day)
        run_id = sets.next_run(now)
        folder = sets.building(run_id)
        (folder / "parquet").mkdir()
        (folder / "parquet" / "rows").write_text(text, encoding="utf-8")
        sets.publish(folder, card(run_id, sets.current_run()))
    return run_id


def card(run_id: str, previous: str | None) -> Publication:
    return Publication(run_id, previous, NOON, "uncommitted", "", "1", "2", 1, 1, {"marts.a": 3})


def read(sets: PublishedSets) -> str:
    return (sets.current / "parquet" / "rows").read_text(encoding="utf-8")


def test_runs_are_unique_and_in_order_whatever_the_clock_says(sets: PublishedSets) -> None:
    runs = [publish(sets, day=day) for day in (5, 5, -900, 3)]
    assert runs == sorted(set(runs))
    assert runs[-1].endswith("-20260208T120000Z")


def test_the_last_sets_are_kept(sets: PublishedSets) -> None:
    runs = [publish(sets, str(number)) for number in range(KEPT + 2)]
    assert sets.runs() == runs[-KEPT:]
    assert sets.current_run() == runs[-1]
    assert read(sets) == str(KEPT + 1)


def test_what_was_rolled_back_never_comes_back(sets: PublishedSets) -> None:
    first, second = publish(sets, "first"), publish(sets, "second")
    assert sets.rollback() == (second, first)
    assert read(sets) == "first"
    third = publish(sets, "third")
    assert sets.card(third).previous_run_id == first
    assert sets.runs() == [first, third]
    assert sets.rollback() == (third, first)
    assert read(sets) == "first"


def test_there_is_an_end_to_going_back(sets: PublishedSets) -> None:
    with pytest.raises(UserError, match="nothing is published"):
        sets.rollback()
    runs = [publish(sets) for _ in range(KEPT + 1)]
    for _ in range(KEPT - 1):
        sets.rollback()
    assert sets.current_run() == runs[-KEPT]
    with pytest.raises(UserError, match="none to go back to"):
        sets.rollback()
    assert sets.current_run() == runs[-KEPT]


def test_nobody_can_write_what_is_published(sets: PublishedSets) -> None:
    publish(sets)
    folder = sets.current.resolve()
    for path in (folder, *folder.rglob("*")):
        assert not stat.S_IMODE(path.stat().st_mode) & 0o222, path


def test_leftovers_of_killed_runs_go(sets: PublishedSets) -> None:
    first = publish(sets)
    # killed while it wrote, while it removed, between its rename and its link, and at its link
    sets.building("000009-x").joinpath("half").touch()
    sets.folder(first).chmod(0o755)
    (sets.root / ".going-000000-x").mkdir()
    sets.folder("000008-x").mkdir()
    (sets.root / ".next").symlink_to("sets/000008-x")
    run_id = publish(sets)
    assert sets.runs() == [first, run_id]
    assert {path.name for path in sets.root.iterdir()} == {"current", "sets", ".lock"}


def test_one_at_a_time(sets: PublishedSets) -> None:
    with (
        sets.locked(),
        pytest.raises(UserError, match="another publish or rollback is under way"),
        sets.locked(),
    ):
        pass
    publish(sets)


def test_a_set_that_is_not_whole_is_not_gone_back_to(sets: PublishedSets) -> None:
    first, second = publish(sets), publish(sets)
    sets.folder(first).chmod(0o755)
    (sets.folder(first) / "publication.json").unlink()
    with pytest.raises(UserError, match="the set is not whole"):
        sets.rollback()
    assert sets.current_run() == second


def test_there_is_a_set_at_every_moment(sets: PublishedSets) -> None:
    publish(sets, "0")
    stop = Event()
    seen, gaps = set[str](), list[OSError]()

    def poll() -> None:
        while not stop.is_set():
            try:
                seen.add(read(sets))
            except OSError as error:
                gaps.append(error)

    readers = [Thread(target=poll) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    texts = [str(number) for number in range(1, 60)]
    for text in texts:
        publish(sets, text)
    stop.set()
    for reader in readers:
        reader.join()
    assert gaps == []
    assert {"0", *texts} >= seen
    assert len(seen) > 1
