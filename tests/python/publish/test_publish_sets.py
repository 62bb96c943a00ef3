"""The folder of sets by itself, with sets of a file or two."""

import errno
import json
import stat
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from product_health.errors import UserError
from product_health.publish.sets import KEPT, Publication, PublishedSets
from publishing_desk import NOON

READERS = 8
DAY = "20260205T120000Z"


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
        assert sets.prune() == []
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
    sets.building(f"000009-{DAY}").joinpath("half").touch()
    sets.folder(first).chmod(0o755)
    (sets.root / f".going-000000-{DAY}").mkdir()
    late = f"000008-{DAY}"
    sets.folder(late).mkdir()
    said = asdict(card(late, first)) | {"published_at": NOON.isoformat()}
    (sets.folder(late) / "publication.json").write_text(json.dumps(said), encoding="utf-8")
    (sets.folder(late) / "publication.json").chmod(0o444)
    (sets.root / ".next").symlink_to(f"sets/{late}")
    run_id = publish(sets)
    assert sets.runs() == [first, run_id]
    assert {path.name for path in sets.root.iterdir()} == {"current", "sets", ".lock"}


def state(folder: Path) -> dict[str, tuple[int, bytes]]:
    """Give what would differ if anything in a folder were touched."""
    return {
        str(path.relative_to(folder)): (
            path.lstat().st_mode,
            b"" if path.is_dir() else path.read_bytes(),
        )
        for path in sorted([folder, *folder.rglob("*")])
    }


def strangers(sets: PublishedSets, outside: Path) -> list[Path]:
    """Put what is no set wherever sets are, all of it writable, and links to a folder outside."""
    outside.mkdir()
    (outside / "report.txt").write_text("of somebody", encoding="utf-8")
    within = sets.root / "sets"
    folders = [
        within / "archive",
        within / f"000004-{DAY}",
        within / f"000005-{DAY}",
        sets.root / ".building-mine",
        sets.root / ".going-away",
    ]
    for folder in folders:
        folder.mkdir()
        (folder / "notes.txt").write_text("of somebody", encoding="utf-8")
    # a card of another set makes none of it
    said = asdict(card(f"000001-{DAY}", None)) | {"published_at": NOON.isoformat()}
    (folders[2] / "publication.json").write_text(json.dumps(said), encoding="utf-8")
    links = [
        within / "elsewhere",
        within / f"000006-{DAY}",
        sets.root / f".building-000002-{DAY}",
        sets.root / f".going-000002-{DAY}",
    ]
    for link in links:
        link.symlink_to(outside)
    (within / ".DS_Store").write_bytes(b"finder")
    (within / "readme.txt").write_text("of somebody", encoding="utf-8")
    return [*folders, *links, within / ".DS_Store", within / "readme.txt", outside]


def test_what_is_no_set_is_left_alone(sets: PublishedSets, tmp_path: Path) -> None:
    publish(sets)
    others = strangers(sets, tmp_path / "outside")
    before = {path: state(path) for path in others}
    runs = [publish(sets, str(number)) for number in range(KEPT + 1)]
    assert sets.rollback() == (runs[-1], runs[-2])
    publish(sets)
    assert {path: state(path) for path in others} == before
    assert sets.others() == [
        *(f"00000{number}-{DAY}" for number in (4, 5, 6)),
        "archive",
        "elsewhere",
        "readme.txt",
    ]
    # no set takes a number that somebody's folder has
    assert min(runs) > f"000006-{DAY}"


def test_a_set_that_holds_what_is_somebodys_is_kept(sets: PublishedSets) -> None:
    first, *_ = [publish(sets) for _ in range(KEPT)]
    sets.folder(first).chmod(0o755)
    notes, log = (sets.folder(first) / name for name in ("notes.txt", "rows.duckdb.wal"))
    notes.write_text("of somebody", encoding="utf-8")
    log.touch()
    with sets.locked():
        run_id = sets.next_run(NOON)
        sets.publish(sets.building(run_id), card(run_id, sets.current_run()))
        (told,) = sets.prune()
    assert "notes.txt, which publish did not write; move that elsewhere" in told
    assert notes.read_text(encoding="utf-8") == "of somebody"
    assert not log.exists()
    sets.folder(first).chmod(0o755)
    notes.unlink()
    publish(sets)
    assert first not in sets.runs()


def test_an_old_set_that_cannot_be_removed(
    sets: PublishedSets, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = [publish(sets) for _ in range(KEPT)]

    def refuse(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy")

    with monkeypatch.context() as patch, sets.locked():
        patch.setattr(PublishedSets, "discard", refuse)
        run_id = sets.next_run(NOON)
        sets.publish(sets.building(run_id), card(run_id, sets.current_run()))
        (told,) = sets.prune()
        assert "Device or resource busy" in told
        assert "the next publication tries again" in told
    assert sets.current_run() == run_id
    runs += [run_id, publish(sets)]
    assert sets.runs() == runs[-KEPT:]
    assert not list(sets.root.glob(".going-*"))


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
