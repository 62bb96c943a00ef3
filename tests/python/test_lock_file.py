"""The text of metrics.lock: stable, mergeable, and refused where it is not as it was written."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from product_health.errors import UserError
from product_health.lock.check import compare, undated_versions, unlogged_versions
from product_health.lock.entries import LOCK_FILE, Entry, Lock, parse_lock, write_lock
from product_health.lock.values import Values
from product_health.meaning.definitions import Definitions
from product_health.semantics.interface import DEPRECATE_FIRST
from scratch import Scratch

VALUES: Values = {"all": {"2025-01-01": 1, "2025-02-01": None}, "plan a, b": {"2025-01-01": 0.5}}


def entry(fingerprint: str = "a", **changes: object) -> Entry:
    plain = Entry(
        version=1,
        since=date(2026, 1, 31),
        fingerprint=(fingerprint * 24)[:24],
        grains=("day", "month"),
        dimensions=("plan",),
        all_values="d" * 24,
        values=VALUES,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def lock(**entries: Entry) -> Lock:
    return Lock({"sqlglot": "30.30.0"}, entries)


NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
NUMBERS = (
    st.none() | st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
)
ENTRIES = st.builds(
    Entry,
    version=st.integers(1, 99),
    since=st.dates(),
    fingerprint=st.from_regex(r"[0-9a-f]{24}", fullmatch=True),
    grains=st.lists(st.sampled_from(["day", "week", "month"]), unique=True).map(tuple),
    dimensions=st.lists(NAMES, unique=True).map(tuple),
    all_values=st.from_regex(r"[0-9a-f]{24}", fullmatch=True),
    values=st.dictionaries(TEXTS, st.dictionaries(st.dates().map(str), NUMBERS, min_size=1)),
)


@settings(max_examples=100, deadline=None)
@given(entries=st.dictionaries(NAMES, ENTRIES, max_size=4))
def test_what_is_written_is_read_and_written_the_same(entries: dict[str, Entry]) -> None:
    text = write_lock(Lock({"sqlglot": "30.30.0", "metricflow": "0.213.0"}, entries))
    read = parse_lock(text)
    assert read.entries == entries
    assert write_lock(read) == text


def test_the_projects_own_lock_is_as_it_would_be_written(root: Path) -> None:
    text = (root / LOCK_FILE).read_text(encoding="utf-8")
    assert write_lock(parse_lock(text)) == text


def test_blocks_are_in_the_order_of_names() -> None:
    one, other = lock(b=entry(), a=entry(), c=entry()), lock(c=entry(), b=entry(), a=entry())
    assert write_lock(one) == write_lock(other)
    places = [write_lock(one).index(f"\n  {name}:\n") for name in "abc"]
    assert places == sorted(places)


def test_branches_that_add_different_metrics_merge(scratch: Scratch) -> None:
    path = scratch.root / LOCK_FILE
    shared = {"alpha": entry("a"), "gamma": entry("c"), "omega": entry("e")}

    def commit(**added: Entry) -> None:
        path.write_text(write_lock(lock(**shared, **added)), encoding="utf-8")
        scratch.commit()

    commit()
    scratch.git("checkout", "-q", "-B", "one")
    commit(beta=entry("b"))
    scratch.git("checkout", "-q", "-B", "other", "main")
    commit(kappa=entry("d"))
    scratch.git("merge", "-q", "--no-edit", "one")
    both = lock(**shared, beta=entry("b"), kappa=entry("d"))
    assert path.read_text(encoding="utf-8") == write_lock(both)


def test_a_lock_that_was_cut_anywhere_is_refused() -> None:
    text = write_lock(lock(a=entry("a"), b=entry("b"), c=entry("c")))
    for end in range(len(text)):
        with pytest.raises(UserError, match=r"cannot be trusted: .*git checkout HEAD -- metrics/"):
            parse_lock(text[:end])


EDITED = {
    "a name twice": ("  b:\n", "  a:\n"),
    "blocks in another order": ("  b:\n", "  zz:\n"),
    "a marker": ("  b:\n", ">>>>>>> theirs\n  b:\n"),
    "a version in words": ("version: 1", "version: one"),
    "a version below 1": ("version: 1", "version: 0"),
    "a version that is true": ("version: 1", "version: true"),
    "a date that is none": ("since: 2026-01-31", "since: soon"),
    "a fingerprint cut short": ("fingerprint: aaaa", "fingerprint: aaa"),
    "no list": ("grains: [day, month]", "grains: month"),
    "a key that is none": ("    grains:", "    grain:"),
    "a key twice": ("    grains: [day, month]\n", "    grains: [day]\n    grains: [day, month]\n"),
    "text for a number": ("'2025-01-01': 0.5", "'2025-01-01': half"),
    "no values": ("{'2025-01-01': 0.5}", "5"),
    "a period twice": ("{'2025-01-01': 0.5}", "{'2025-01-01': 0.4, '2025-01-01': 0.5}"),
    "another number of spaces": ("'2025-01-01': 0.5", "'2025-01-01':  0.5"),
    "a comment": ("    grains:", "    # agreed on\n    grains:"),
    "no tools": ("made_with: {sqlglot: 30.30.0}", "made_with: [sqlglot]"),
    "something else": ("metrics:\n", "more: 1\nmetrics:\n"),
    "a tab": ("    grains:", "\t    grains:"),
    "a python object": ("version: 1", "version: !!python/object:os.system 1"),
}


@pytest.mark.parametrize("name", EDITED)
def test_a_lock_edited_by_hand_is_refused(name: str) -> None:
    text = write_lock(lock(a=entry(), b=entry("b"), c=entry("c")))
    old, new = EDITED[name]
    assert old in text
    with pytest.raises(UserError, match="cannot be trusted") as told:
        parse_lock(text.replace(old, new, 1))
    assert "\n" not in str(told.value)


MOVED: Values = {"all": {"2025-01-01": 2, "2025-02-01": None}, "plan a, b": {"2025-01-01": 0.5}}
OTHER = entry("f").fingerprint


def told(old: Entry, new: Entry) -> list[tuple[str, bool]]:
    found = compare(lock(m=old), lock(m=new))
    assert all(finding.metric == "m" for finding in found)
    return [(finding.text.splitlines()[0], finding.needs_version) for finding in found]


def test_a_metric_is_held_against_the_lock() -> None:
    same, identical = entry(), "text changed, value identical on the fixed company"
    changed = "no longer means what version 1 meant:"
    assert told(same, same) == []
    assert told(same, entry(fingerprint=OTHER)) == [(identical, False)]
    assert told(same, entry(fingerprint=OTHER, values=MOVED)) == [(changed, True)]
    raised = entry(fingerprint=OTHER, values=MOVED, version=2)
    assert told(same, raised) == [(changed, False)]
    # a version that was lowered is no new one
    assert told(replace(same, version=3), raised) == [
        ("no longer means what version 3 meant:", True)
    ]
    assert told(same, entry(version=2)) == [("is version 2 and means what version 1 meant", False)]
    assert told(same, entry(values=MOVED)) == [
        ("has other values with the same SQL: the fixed company or a tool changed:", False)
    ]
    later = entry(since=date(2026, 2, 1))
    assert told(same, later) == [("is version 1 since 2026-02-01, not 2026-01-31", False)]
    assert told(same, entry(grains=("day",))) == [("grains were day, month and are day", True)]


def test_days_between_the_periods_that_are_told_count() -> None:
    (moved,) = compare(lock(dau=entry("a")), lock(dau=entry("b", all_values="e" * 24)))
    assert moved.needs_version
    assert moved.text.endswith("values by day are others, none of those by month; see a review")
    (same,) = compare(lock(dau=entry("a")), lock(dau=entry("b")))
    assert same.text == "text changed, value identical on the fixed company"
    assert not same.needs_version
    # of another split, or another shortest period, the hash says nothing
    total = {"all": VALUES["all"]}
    gone = entry("b", all_values="e" * 24, dimensions=(), values=total)
    assert not any("no longer means" in one.text for one in compare(lock(a=entry()), lock(a=gone)))


def test_values_are_told_before_and_after() -> None:
    (finding,) = compare(lock(m=entry()), lock(m=entry(fingerprint=OTHER, values=MOVED)))
    assert finding.text.splitlines()[1:] == ["    all 2025-01-01: 1 -> 2"]
    many = {"all": {f"2025-01-{day:02}": day for day in range(1, 10)}}
    (finding,) = compare(lock(m=entry(values={})), lock(m=entry(fingerprint=OTHER, values=many)))
    assert finding.text.splitlines()[-2:] == [
        "    all 2025-01-04: none -> 4",
        "    and 5 more values",
    ]


def test_names_that_come_and_go() -> None:
    before = lock(a=entry("a"), b=entry("b"), c=entry("b"))
    after = lock(a=entry("a"), d=entry("b"), e=entry("e"))
    assert [(finding.metric, finding.text) for finding in compare(before, after)] == [
        ("d", "renamed from b, same meaning"),
        ("c", f"is gone: {DEPRECATE_FIRST}"),
        ("e", "is new"),
    ]


def test_a_rename_needs_a_version_as_in_a_review() -> None:
    for version, is_refused in ((1, True), (2, False)):
        (renamed,) = compare(lock(a=entry("a")), lock(b=entry("a", version=version)))
        assert renamed.needs_version is is_refused


@pytest.mark.parametrize(
    ("since", "is_right"),
    [(date(2026, 1, 30), False), (date(2026, 1, 31), False), (date(2026, 2, 1), True)],
)
def test_a_new_version_begins_later(since: date, is_right: bool) -> None:  # noqa: FBT001 - a case
    found = undated_versions(lock(m=entry()), lock(m=entry(version=2, since=since), n=entry()))
    assert [one.metric for one in found] == ([] if is_right else ["m"])


def test_the_changelog_must_mention_a_version(
    scratch: Scratch, start: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised = {"nps": replace(start.catalogue.metrics["nps"], version=2)}
    monkeypatch.setattr(start.catalogue, "metrics", raised)
    changelog = scratch.root / "CHANGELOG.md"
    for text in ("", "- `nps` v21: no\n", "- `nps_responses` v2: no\n", "- nps v2: no\n"):
        changelog.write_text(text)
        assert [one.metric for one in unlogged_versions(scratch.root, start)] == ["nps"]
    changelog.write_text("- `nps` v2: an 8 promotes\n")
    assert unlogged_versions(scratch.root, start) == []
