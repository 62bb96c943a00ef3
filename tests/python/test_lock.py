"""`product-health lock`: what it says of a changed meaning, and that it writes over none."""

import pytest

import edits
from product_health.lock.entries import LOCK_FILE, read_lock
from product_health.semantics.interface import DEPRECATE_FIRST
from scratch import Scratch, refused

CHECK = ("lock", "--check")
NPS = ("nps", "nps_arr_weighted", "nps_arr_weighted_margin_of_error", "nps_margin_of_error")


def text_of_lock(copy: Scratch) -> str:
    return (copy.root / LOCK_FILE).read_text(encoding="utf-8")


def test_the_lock_is_up_to_date(scratch: Scratch) -> None:
    result = scratch.run(*CHECK)
    assert result.exit_code == 0, result.output
    assert result.stdout == f"{LOCK_FILE}: 55 metrics mean what it says\n"
    before = text_of_lock(scratch)
    assert scratch.run("lock").exit_code == 0
    assert text_of_lock(scratch) == before


def test_a_changed_meaning_is_told_and_never_written_over(scratch: Scratch) -> None:
    least = edits.least_promoter(scratch)
    edits.nps_threshold(scratch)
    before = text_of_lock(scratch)
    result = scratch.run(*CHECK)
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    restated = [line.split()[0] for line in lines if "no longer means" in line]
    assert sorted(restated) == sorted(NPS)
    version = read_lock(scratch.root).entries["nps"].version
    assert f"nps no longer means what version {version} meant:" in lines
    assert "    all 2025-04-01: 0 -> 31.5789474" not in lines
    assert any(line.startswith("    all 2025-0") and " -> " in line for line in lines)
    assert f"    int_voice_responses: score >= {least} -> score >= {least - 1}" in lines
    same = [line.split()[0] for line in lines if "text changed, value identical" in line]
    assert sorted(same) == ["csat", "csat_margin_of_error"]
    assert f"  1. raise version and since of {', '.join(NPS)} in metrics/voice.yml" in lines
    assert any(line.startswith("  2. add a line for each to CHANGELOG.md") for line in lines)
    assert f"  3. run `product-health lock`, and commit {LOCK_FILE}" in lines
    assert any("csops@ourcompany.example" in line for line in lines)
    assert refused(result) == f"{LOCK_FILE} is not up to date: 6 metrics differ"

    assert refused(scratch.run("lock")) == f"{LOCK_FILE} was left as it is"
    assert text_of_lock(scratch) == before


def test_a_meaning_that_moves_only_days_is_another_one(scratch: Scratch) -> None:
    edits.sundays(scratch)
    result = scratch.run("lock")
    assert refused(result) == f"{LOCK_FILE} was left as it is"
    told = "values by day are others, none of those by month; see a review"
    assert f"dau no longer means what version 1 meant: {told}" in result.stdout.splitlines()


def test_the_three_steps_make_it_right(scratch: Scratch) -> None:
    edits.nps_threshold(scratch)
    before = read_lock(scratch.root)
    versions = {name: edits.raise_version(scratch, "metrics/voice.yml", name) for name in NPS}
    # without a later date, and the line in the changelog, it is not enough
    unlogged = scratch.run("lock")
    assert refused(unlogged) == f"{LOCK_FILE} was left as it is"
    new = versions["nps"]
    told = f"nps is version {new}, which CHANGELOG.md does not mention: - `nps` v{new}: what"
    assert told in unlogged.stdout
    assert f"nps is version {new} since {before.entries['nps'].since}, and vers" in unlogged.stdout
    for name in NPS:
        edits.since_later(scratch, "metrics/voice.yml", name)
    assert f"is version {new} since" not in scratch.run("lock").stdout
    with (scratch.root / "CHANGELOG.md").open("a") as file:
        file.write("".join(f"- `{name}` v{versions[name]}: an 8 promotes\n" for name in NPS))
    assert scratch.run("lock").exit_code == 0
    assert scratch.run(*CHECK).exit_code == 0
    after = read_lock(scratch.root)
    raised = {
        name: entry.version
        for name, entry in after.entries.items()
        if entry.version != before.entries[name].version
    }
    assert raised == versions
    assert after.entries["nps"].values != before.entries["nps"].values
    assert after.entries["ces"] == before.entries["ces"]


def test_names_and_dimensions_are_no_other_meaning(scratch: Scratch) -> None:
    edits.of_readers(scratch)
    result = scratch.run(*CHECK)
    told = dict(
        line.split(" ", 1) for line in result.stdout.splitlines() if line[0] not in " IW12345"
    )
    assert told == {
        "backlog": "is version 3 and means what version 2 meant",
        "ces": "dimensions were industry, plan, region, size_segment and are area, industry, plan, "
        "size_segment",
        "ces_margin_of_error": told["ces"],
        "csat": "no longer means what version 1 meant:",
        "csat_margin_of_error": told["csat"],
        "nps_reply_rate": "renamed from nps_response_rate, same meaning",
        "retention_day_7": "dimensions were none and are period_type",
        "retention_week_4": "dimensions were none and are period_type",
        "sessions_so_far": "is new",
        "tickets_reopened": f"is gone: {DEPRECATE_FIRST}",
    }


BROKEN = {
    "an argument that is left out": (
        edits.argument_left_out,
        "int_csat_scores.sql: model int_csat_scores cannot be built: Parser Error: syntax error",
    ),
    "an argument that is misspelt": (
        edits.argument_misspelt,
        (
            "macros/definitions/nps_category.sql, line 4: no macro, argument or variable is called "
            "'scor': did you mean score"
        ),
    ),
    "a dimension that is not there": (
        edits.filter_misspelt,
        (
            "metrics/usage.yml: metric sessions: filter: no dimension is called "
            "'sessions__is_complet': did you mean sessions__is_complete"
        ),
    ),
    "a column that is not there": (
        edits.column_not_there,
        (
            "metrics/usage.yml: metric sessions: measure sessions: no column of "
            "usage_sessions_daily is called 'sessionz': did you mean sessions or session_minutes"
        ),
    ),
    "a cycle": (edits.cycle, "take one out of what the other is made of"),
    "two metrics of one name": (
        edits.two_of_one_name,
        'dbt parse: dbt found two metrics with the name "dau".',
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_project_is_told_in_a_line(name: str, scratch: Scratch) -> None:
    edit, told = BROKEN[name]
    edit(scratch)
    before = text_of_lock(scratch)
    assert told in refused(scratch.run("lock"))
    assert text_of_lock(scratch) == before


def test_a_lock_that_is_not_there_is_written(scratch: Scratch) -> None:
    before = text_of_lock(scratch)
    (scratch.root / LOCK_FILE).unlink()
    told = f"{LOCK_FILE}: not there; write it with `product-health lock`"
    assert refused(scratch.run(*CHECK)) == told
    assert scratch.run("lock").exit_code == 0
    assert text_of_lock(scratch) == before


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("  ces:\n", "<<<<<<< HEAD\n  ces:\n=======\n", "is a merge marker (<<<<<<< HEAD)"),
        ("# end of the lock\n", "", "it does not end with '# end of the lock'"),
        ("version: 1", "version: one", "has no such version: 'one'"),
    ],
)
def test_a_damaged_lock_is_not_written_over(
    old: str, new: str, told: str, scratch: Scratch
) -> None:
    path = scratch.root / LOCK_FILE
    damaged = text_of_lock(scratch).replace(old, new, 1)
    path.write_text(damaged, encoding="utf-8")
    for command in (CHECK, ("lock",)):
        said = refused(scratch.run(*command))
        assert told in said
        assert f"git checkout HEAD -- {LOCK_FILE}" in said
    assert text_of_lock(scratch) == damaged
