"""NPS of a garden-centre chain's survey against its published score and reference answers.

Not compared: scores by comment, as this copy has no comments; satisfaction, which is asked on a
scale to 10 and not on that of our CSAT. The file has no dates: all answers get one, so that no
window leaves any out; `t`, which nobody explains, stands for the survey, so that the scores by `t`
are scores by survey.
"""

from collections import Counter
from math import sqrt
from pathlib import Path
from typing import Any

import pytest

from third_party.conftest import reference, upstream
from third_party.data_set import DataSet, Project, Row, Tables

LAND_SURVEY = """
    product-health land survey_responses --from {raw}/nps.csv
        --map response_id=id --map person_id=id --map score=nps --map survey_id=t
        --set survey_kind=nps --set responded_at=2018-06-01T12:00:00
        --complete-until 2018-06-02
"""
VOICE = ("nps_daily", "nps_daily_by_survey", "voice_responses", "int_quarantined_rows")
WITHOUT_SURVEY = "NA"


@pytest.fixture(scope="module")
def survey(project: Project, shared_data: Path) -> DataSet:
    """The answers, landed."""
    data_set = DataSet(project, "survey", shared_data / "botanic_nps")
    said = data_set.land(LAND_SURVEY)
    assert "342 rows do not parse" in said
    return data_set


@pytest.fixture(scope="module")
def told(survey: DataSet) -> dict[str, Any]:
    """The reference's answers."""
    answers: dict[str, Any] = reference(survey)
    return answers


@pytest.fixture(scope="module")
def voice(survey: DataSet) -> Tables:
    """What the models give."""
    return survey.build(upstream(VOICE), VOICE)


def counts(row: Row) -> tuple[int, int, int, int]:
    """Give responses, promoters, passives and detractors."""
    return row["responses"], row["promoters"], row["passives"], row["detractors"]


def reference_counts(told: dict[str, Any]) -> tuple[int, int, int, int]:
    """Give the reference's n, promoters, passives and detractors."""
    return told["n"], told["promoters"], told["passives"], told["detractors"]


def test_nps_of_all_answers(voice: Tables, told: dict[str, Any]) -> None:
    (day,) = voice["nps_daily"]
    assert counts(day) == reference_counts(told["overall"]) == (13_612, 8_465, 3_953, 1_194)
    assert day["nps"] == pytest.approx(told["overall"]["nps"], rel=1e-12)
    assert round(day["nps"], 3) == 53.416
    assert day["is_complete"]
    assert not day["is_small_sample"]


def test_margin_of_error(voice: Tables, told: dict[str, Any]) -> None:
    """The reference has none; it follows from the reference's counts."""
    (day,) = voice["nps_daily"]
    n, promoters, _, detractors = reference_counts(told["overall"])
    p, d = promoters / n, detractors / n
    margin = 1.96 * 100 * sqrt((p + d - (p - d) ** 2) / n)
    assert day["margin_of_error"] == pytest.approx(margin, rel=1e-12)
    assert 1.0 < margin < 1.1


def test_answers_without_revenue_have_no_weighted_score(
    voice: Tables, told: dict[str, Any]
) -> None:
    (day,) = voice["nps_daily"]
    assert day["responses_without_arr"] == told["overall"]["n"]
    assert day["arr_weighted_nps"] is None


def test_missing_scores_are_set_aside(voice: Tables, told: dict[str, Any]) -> None:
    """Passive they are not: with them the score would be 52.107. The file writes them NA."""
    set_aside = [
        row for row in voice["int_quarantined_rows"] if row["entity"] == "survey_responses"
    ]
    assert len(set_aside) == told["null_scores"] == 342
    assert {row["rejection_reason"] for row in set_aside} == {"unparseable_score"}
    assert len(voice["voice_responses"]) == told["rows"] - told["null_scores"]
    (day,) = voice["nps_daily"]
    wrong = told["if_nulls_counted_as_passive(WRONG)"]
    assert day["nps"] * day["responses"] / told["rows"] == pytest.approx(wrong)


def test_scores_as_they_were_given(voice: Tables, told: dict[str, Any]) -> None:
    found = Counter(row["score"] for row in voice["voice_responses"])
    given = {score: n for score, n in told["distribution"].items() if score != "nan"}
    assert found == {int(float(score)): n for score, n in given.items()}
    mean = sum(score * n for score, n in found.items()) / found.total()
    assert mean == pytest.approx(told["overall"]["mean"], rel=1e-12)


def test_nps_by_survey(voice: Tables, told: dict[str, Any]) -> None:
    found = {row["survey_id"]: row for row in voice["nps_daily_by_survey"]}
    without = found.pop(WITHOUT_SURVEY)
    assert found.keys() == {str(int(float(t))) for t in told["by_t"]}
    for t, answers in told["by_t"].items():
        row = found[str(int(float(t)))]
        assert counts(row) == reference_counts(answers), t
        assert row["nps"] == pytest.approx(answers["nps"], rel=1e-12, abs=1e-12), t
        assert row["is_small_sample"] == (answers["n"] < 30), t
    assert without["responses"] == told["overall"]["n"] - sum(
        one["n"] for one in told["by_t"].values()
    )
