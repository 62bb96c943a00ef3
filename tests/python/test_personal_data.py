"""No value of a column that is tagged as personal reaches a mart, whatever is done with it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from harness.project import Compiled, variant
from product_health.compiled.project import Model
from product_health.errors import UserError
from product_health.meaning.lineage import Column
from product_health.meaning.personal import (
    NOT_PERSONAL,
    PERSONAL,
    PersonalData,
    into_marts,
    personal_data,
    told,
)
from product_health.publish.plan import require_nothing_personal
from scratch import Scratch
from structure import fails

PEOPLE = '"product_health"."intermediate"."int_usage_people"'
TICKETS = '"product_health"."intermediate"."int_support_tickets"'
ANSWERS = '"product_health"."intermediate"."int_survey_responses"'
SET_ASIDE = '"product_health"."intermediate"."int_quarantined_rows"'

# What a query on personal data may give as `leaked`, each put into a column of a mart of its own.
IN_MARTS = {
    "dim_people.role": f"select email as leaked from {PEOPLE}",
    "dim_accounts.account_name": (
        f"with known as (select * from {PEOPLE}), named as (select email as mail from known) "
        "select mail as leaked from named"
    ),
    "dim_features.feature_name": f"select 'x' as leaked union all select subject from {TICKETS}",
    "nps_daily.responses": f"select min(comment) as leaked from {ANSWERS}",
    "csat_daily.rated": f"select any_value(comment) as leaked from {ANSWERS}",
    "ces_daily.responses": f"select string_agg(comment, '; ') as leaked from {ANSWERS}",
    "usage_daily.dau": f"select list(email order by person_id) as leaked from {PEOPLE}",
    "usage_monthly.active_people_month": (
        f"select case when role = 'admin' then email else role end as leaked from {PEOPLE}"
    ),
    "usage_l28.people": (
        f"select case when email like '%@acme.example' then 1 else 0 end as leaked from {PEOPLE}"
    ),
    "usage_lifecycle.new_people": (
        f"select coalesce(category, subject, 'none') as leaked from {TICKETS}"
    ),
    "usage_retention.cohort_people": (
        f"select lag(email) over (order by created_at) as leaked from {PEOPLE}"
    ),
    "usage_sessions_daily.sessions": (
        f"select rank() over by_mail as leaked from {PEOPLE} window by_mail as (order by email)"
    ),
    "support_tickets.category": (
        f"select struct_pack(a := ticket_id, b := subject) as leaked from {TICKETS}"
    ),
    "support_daily.backlog": f"select to_json(row_of_all) as leaked from {SET_ASIDE} as row_of_all",
    "survey_waves.survey_id": (
        f"with named as (select * rename (comment as leaked) from {ANSWERS}) select * from named"
    ),
    "adoption_daily.mau": f"select split_part(email, '@', 2) as leaked from {PEOPLE}",
    "adoption_feature_daily.uses": f"select md5(lower(email)) as leaked from {PEOPLE}",
    "voice_responses.category": f"select (select max(comment) from {ANSWERS}) as leaked",
    "adoption_time_to_adopt.people": (
        f"select unnest(string_split(subject, ' ')) as leaked from {TICKETS}"
    ),
    "trust_rejection_reasons.rejection_reason": (
        f"select max_by(raw_text, load_id) as leaked from {SET_ASIDE}"
    ),
    "usage_readings.plan": (
        f"select leaked from {PEOPLE} as people, unnest([people.email]) as made (leaked)"
    ),
    "nps_readings.plan": (
        f"with recursive walked (step, leaked) as (select 0, email from {PEOPLE} "
        "union all select step + 1, leaked from walked where step < 3) select leaked from walked"
    ),
    # sqlglot's pivots are not looked into, so nothing of such a mart is known
    "dim_dates.* (which cannot be looked into)": (
        f"select value as leaked from {PEOPLE} unpivot (value for name in (email, role))"
    ),
}
DIRECTLY = r"(.* -> )?int_\w+\.(email|subject|comment|raw_text)"
# What staging may take for something that is not personal, and where people would read it.
UPSTREAM = (
    (
        "stg_landing__support_tickets",
        "category,",
        "subject as category,",
        "support_tickets.category",
    ),
    ("stg_landing__usage_people", "role,", "lower(email) as role,", "dim_people.role"),
    (
        "stg_landing__survey_responses",
        "survey_id,",
        "coalesce(survey_id, comment) as survey_id,",
        "nps_daily_by_survey.survey_id",
    ),
    ("stg_landing__crm_accounts", "industry,", "raw_text as industry,", "nps_readings.industry"),
    (
        "stg_landing__usage_events",
        "actor_id,",
        "json_extract_string(properties, '$.user') as actor_id,",
        "dim_people.person_id",
    ),
)


@pytest.fixture(scope="module")
def project() -> Compiled:
    """The project as it is."""
    return variant()


@pytest.fixture(scope="module")
def found(project: Compiled) -> PersonalData:
    """Where its personal values go."""
    return personal_data(project)


def tagged(project: Compiled) -> set[Column]:
    return {
        Column(relation, name)
        for relation, columns in project.column_meta.items()
        for name, meta in columns.items()
        if meta.get(PERSONAL)
    }


def test_no_personal_value_reaches_a_mart(project: Compiled, found: PersonalData) -> None:
    assert {"usage_people.email", "support_tickets.subject", "survey_responses.comment"} <= {
        str(column).removeprefix("landing.") for column in found.ways
    }
    wrong = [told(way) for way in into_marts(project)]
    do = f"leave it out, or say in its YAML why it is not personal: meta: {{{NOT_PERSONAL}: ...}}"
    assert not wrong, fails(wrong, do)


def test_what_personal_values_reach_is_tagged(project: Compiled, found: PersonalData) -> None:
    # those of the contract are tagged there, and its models have no columns of their own
    inherited = {
        model.unique_id
        for model in project.models
        if Path(model.file).parent.name in {"landing", "entities"}
    }
    wrong = [
        told(way)
        for way in found.ways.values()
        if way[-1] not in tagged(project) and way[-1].relation not in inherited
    ]
    do = f"tag it in its YAML: config: {{meta: {{{PERSONAL}: true}}}}"
    assert not wrong, fails(wrong, do)


def test_what_is_tagged_is_personal(project: Compiled) -> None:
    entering = {name: meta for name, meta in project.column_meta.items() if "source." in name}
    reached = personal_data(replace(project, column_meta=entering)).ways
    wrong = map(str, tagged(project) - set(reached))
    assert not (told_wrong := list(wrong)), fails(told_wrong, "nothing personal comes there: untag")


def test_exceptions_are_needed_and_give_a_reason(project: Compiled, found: PersonalData) -> None:
    assert not found.needless, fails(map(str, found.needless), f"take {NOT_PERSONAL} out")
    reasons = {
        f"{relation}.{name}": meta[NOT_PERSONAL]
        for relation, columns in project.column_meta.items()
        for name, meta in columns.items()
        if NOT_PERSONAL in meta
    }
    wrong = [name for name, why in reasons.items() if len(str(why).split()) < 4]
    assert not wrong, fails(wrong, "say in a sentence why it is not personal")


def marts_of(project: Compiled) -> list[Model]:
    return [model for model in project.models if model.layer == "marts"]


def with_leak(model: Model, column: str, leak: str) -> Model:
    """Put what a query gives as `leaked` into a column of a model."""
    put = "" if column.startswith("*") else f" replace (leaked.leaked as {column})"
    sql = f"select original.*{put} from ({model.sql}) as original cross join ({leak}) as leaked"
    return replace(model, sql=sql)


def with_leaks(project: Compiled) -> Compiled:
    leaks = {place.split(".")[0]: (place.split(".")[1], leak) for place, leak in IN_MARTS.items()}
    models = [
        with_leak(one, *leaks[one.name]) if one.name in leaks else one for one in project.models
    ]
    return replace(project, models=tuple(models))


def reached(project: Compiled) -> dict[str, str]:
    """Give the column of a mart to which a value comes, without its version, and from where."""
    ways = into_marts(project)
    return {re.sub(r"\.v\d+", "", str(way[-1])): told(way[:-1]) for way in ways}


@pytest.fixture(scope="module")
def leaking(project: Compiled) -> dict[str, str]:
    """What is found where each mart of IN_MARTS leaks."""
    return reached(with_leaks(project))


@pytest.mark.parametrize("place", IN_MARTS)
def test_a_leak_in_a_mart_is_found(leaking: dict[str, str], place: str) -> None:
    # straight from the intermediate model, so it is this leak and not one of another mart
    assert re.fullmatch(DIRECTLY, leaking[place])


def test_nothing_is_published_of_a_project_that_leaks(project: Compiled) -> None:
    require_nothing_personal(project)
    role = project.patched(
        "stg_landing__usage_people", "        role,\n", "        email as role,\n"
    )
    with pytest.raises(
        UserError, match=r"usage_people\.role -> .*dim_people\.v1\.role; leave it out"
    ):
        require_nothing_personal(role)


def test_a_leak_upstream_is_found_in_what_people_read(project: Compiled) -> None:
    for model, old, new, _ in UPSTREAM:
        project = project.patched(model, f"        {old}\n", f"        {new}\n")
    found = reached(project)
    assert {place for *_, place in UPSTREAM} <= set(found)


def test_a_leak_in_an_increment_alone_is_found(project: Compiled) -> None:
    days = project.model("int_usage_event_days")
    assert days.incremental_sql
    appended = days.incremental_sql.replace(
        "        platform,\n", "        max(raw_text) as platform,\n", 1
    )
    assert appended != days.incremental_sql
    models = (
        replace(one, incremental_sql=appended) if one is days else one for one in project.models
    )
    assert "usage_readings.platform" in reached(replace(project, models=tuple(models)))


def test_a_seed_that_is_tagged_is_followed(project: Compiled) -> None:
    seeds = {"seed.product_health.features": {"feature_name": {PERSONAL: True}}}
    found = reached(replace(project, column_meta=seeds))
    assert found == {
        "dim_features.feature_name": "features.feature_name -> int_features.feature_name"
    }


def test_a_declaration_in_the_yaml_is_read(scratch: Scratch) -> None:
    """As somebody would write it: one exception that is needed, and one that is not."""
    scratch.edit(
        "int_known_people.sql",
        ("first_known('role', of='person_id')", "first_known('email', of='person_id')"),
    )
    reason = "{not_personal_because: a role is not a person as everybody knows}"
    scratch.edit(
        "dim_people.yml",
        *(
            (f"- name: {name}\n", f"- name: {name}\n        config: {{meta: {reason}}}\n")
            for name in ("role", "actors")
        ),
    )
    leaking = scratch.definitions().project
    found = personal_data(leaking)
    assert [str(column) for column in found.needless] == ["dim_people.v1.actors"]
    assert into_marts(leaking) == []
    untold = replace(
        leaking, column_meta={k: v for k, v in leaking.column_meta.items() if "dim_" not in k}
    )
    assert "dim_people.v1.role" in {str(way[-1]) for way in into_marts(untold)}
