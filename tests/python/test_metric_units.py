"""What metrics say of a few landed rows: the tests of tests/metrics, which need no Python."""

from typing import Any

import pytest

from harness.metric_units import FOLDER, MetricTest, definitions, metric_tests
from product_health.errors import UserError

FILES = sorted(FOLDER.glob("[!_]*.yml"))
TESTS = [test for path in FILES for test in metric_tests(path)]
SOUND: dict[str, Any] = {
    "test": "One person",
    "metric": "dau",
    "given": {"usage_events": [{"actor_id": "ann", "occurred_at": "2025-01-31 10:00"}]},
    "expect": 1,
}


@pytest.mark.parametrize("test", TESTS, ids=lambda test: f"{test.file}: {test}")
def test_metric(test: MetricTest) -> None:
    complaint = test.complaint()
    assert complaint is None, complaint


def test_every_family_of_metrics_has_tests() -> None:
    families = {metric.file.split("/")[-1] for metric in definitions().catalogue.metrics.values()}
    assert {path.name for path in FILES} == families
    tested = {(test.file.split("/")[-1], test.said["metric"]) for test in TESTS}
    for file, name in tested:
        assert definitions().catalogue.find(name).file.endswith(file), f"{name} is not of {file}"


def test_names_are_unique() -> None:
    names = [(test.file, str(test)) for test in TESTS]
    assert len(names) == len(set(names))


def doctored(**changes: Any) -> MetricTest:
    return MetricTest("tests/metrics/usage.yml", {**SOUND, **changes})


def test_a_sound_test_passes() -> None:
    assert doctored().complaint() is None


def test_a_failure_names_file_test_metric_and_values() -> None:
    told = doctored(expect=3).complaint()
    assert told
    assert told.splitlines() == [
        "tests/metrics/usage.yml: One person",
        "  metric    dau",
        "  expected  3",
        "  got       1",
    ]


def test_a_failure_by_period_shows_all_rows() -> None:
    rows = [{"period": "2025-01-31", "value": 2}]
    told = doctored(grain="day", expect=rows).complaint()
    assert told
    assert told.splitlines()[2:] == ["  expected  2025-01-31: 2", "  got       2025-01-31: 1"]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"metric": "dua"}, "no metric is called 'dua': did you mean dau"),
        ({"given": {"usage_event": []}}, "no table is called 'usage_event': did you mean usage_ev"),
        (
            {"given": {"usage_events": [{"actr_id": "ann"}]}},
            "no column of usage_events is called 'actr_id': did you mean actor_id",
        ),
        (
            {"given": {"usage_events": [{"occurred_at": "noon"}]}},
            "Invalid isoformat string: 'noon'",
        ),
        ({"given": {}}, "say as_of, where no row has a time"),
        ({"exepct": 1}, "no key of a test is called 'exepct': did you mean expect"),
        (
            {"by": ["plann"], "expect": []},
            "no dimension of dau is called 'plann': did you mean plan",
        ),
        ({"where": "plann = 'x'"}, "no dimension of dau is called 'plann'"),
        ({"grain": "day"}, "expect is one value, or with by or grain a list of rows"),
        ({"grain": "day", "expect": [{"value": 1}]}, "each row of expect has period, value, not"),
        ({"expect": "one"}, "'one' is no number"),
        ({"metric": "active_people_week", "grain": "day", "expect": []}, "has no meaning by day"),
    ],
)
def test_a_test_that_cannot_be_read_says_so(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(UserError) as raised:
        doctored(**changes).complaint()
    assert str(raised.value).startswith("tests/metrics/usage.yml: One person: ")
    assert told in str(raised.value)


def test_what_a_test_must_say_is_told() -> None:
    with pytest.raises(UserError, match="a test without a name: add test, expect"):
        MetricTest("tests/metrics/usage.yml", {"metric": "dau", "given": {}}).complaint()
