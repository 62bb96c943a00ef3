"""What dbt refuses without its place is told with the file, and what is near."""

import shutil
from pathlib import Path

import pytest

from product_health.compiled.dbt import Dbt, DbtError, reason
from product_health.compiled.mistakes import mistakes
from product_health.keys import FOLDERS
from product_health.semantics.engine import metric_sql
from scratch import Scratch

CSAT, DAILY = "macros/definitions/csat_score.sql", "models/marts/voice/csat_daily.sql"
COHORTS, USAGE = "metrics/lifecycle.yml", "metrics/usage.yml"
FILTER = "{{ Dimension('sessions__is_complete') }}"

MISTAKES = {
    "a block of a macro that does not end": (
        (CSAT, "{%- endmacro", "{% if true %}{%- endmacro"),
        f"{CSAT}, line 7: the template cannot be read: Encountered unknown tag 'endmacro'",
    ),
    "a block of a model that does not end": (
        (DAILY, "where ", "{% if true %} where "),
        (
            f"{DAILY}, line 11: the template cannot be read: Unexpected end of template; "
            "the innermost block that needs to be closed is 'if'; mend it there"
        ),
    ),
    "a macro that is not there": (
        (CSAT, "survey_margin_of_error(", "survey_margin_of_eror("),
        (
            f"{CSAT}, line 18: no macro, argument or variable is called 'survey_margin_of_eror': "
            "did you mean survey_margin_of_error"
        ),
    ),
    "a macro that is not there, in a model": (
        (DAILY, "csat,", "{{ cssat('satisfied') }} as csat,"),
        f"{DAILY}, line 5: no macro, argument or variable is called 'cssat': did you mean csat",
    ),
    "a key of type_params": (
        (COHORTS, "numerator:", "numeratr:"),
        (
            f"{COHORTS}, metrics retention_day_7 type_params: unknown key 'numeratr'; "
            "did you mean numerator"
        ),
    ),
    "a key of a measure": (
        (USAGE, "        agg: sum", "        aggr: sum"),
        (
            f"{USAGE}, semantic_models usage_readings measures usage_rows: unknown key 'aggr'; "
            "did you mean agg"
        ),
    ),
    "a type of metric": (
        (USAGE, "type: simple", "type: simpel"),
        f"{USAGE}, metrics sessions: no type is called 'simpel': did you mean simple",
    ),
    "a function of a filter": (
        (USAGE, FILTER, FILTER.replace("Dimension", "Dimensio")),
        f"{USAGE}: metric sessions: filter: no function of filters is called 'Dimensio'",
    ),
    "a dimension without its entity": (
        (USAGE, FILTER, FILTER.replace("sessions__", "")),
        f"{USAGE}: metric sessions: filter: no dimension is called 'is_complete'",
    ),
    "a column for a dimension": (
        (USAGE, f'"{FILTER}"', "is_complete"),
        f"{USAGE}: metric sessions: filter: 'is_complete' stands outside a template: write {{{{ D",
    ),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, root: Path) -> Path:
    """A copy of what is looked at."""
    copy = tmp_path_factory.mktemp("mistaken")
    for folder in (*FOLDERS, "macros", "tests/generic", "tests/singular"):
        shutil.copytree(root / folder, copy / folder)
    return copy


def test_a_sound_project_has_none(project: Path) -> None:
    assert mistakes(project) == []


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_file(name: str, project: Path) -> None:
    (file, old, new), told = MISTAKES[name]
    path = project / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    try:
        (said,) = mistakes(project)
    finally:
        path.write_text(text, encoding="utf-8")
    assert said.startswith(told)


def test_dbt_that_stops_tells_them(scratch: Scratch, tmp_path: Path) -> None:
    (file, old, new), told = MISTAKES["a block of a macro that does not end"]
    scratch.edit(file, (old, new))
    with pytest.raises(DbtError) as refused:
        Dbt(scratch.root, tmp_path)("parse")
    assert str(refused.value).startswith(told)


def test_macros_go_by_their_names() -> None:
    assert reason(["macro 'dbt_macro__csat' takes no"]) == "macro 'csat' takes no"


def test_what_metricflow_refuses_is_told_without_its_advice(scratch: Scratch) -> None:
    sql = metric_sql(scratch.definitions().project.semantic_manifest)
    with pytest.raises(Exception, match="MetricFlow refuses it by nps__plan") as refused:
        sql.sql("sessions", ["nps__plan"])
    assert "Suggestions" not in str(refused.value)
    assert len(str(refused.value)) < 300
