"""truth.json against the landed rows, counted again by the reference's sets and loops."""

from collections import Counter
from datetime import date
from typing import Any

import pytest

from demo.demo_landed import Landed
from reference import World, contract
from reference.activity import resolve
from reference.scores import score_marts
from reference.support import support_tickets
from reference.support_daily import support_marts
from reference.voice import voice_responses


@pytest.fixture(scope="session")
def world(landed: Landed) -> World:
    """The landed company, resolved by the reference."""
    return resolve(landed.company)


@pytest.fixture(scope="session")
def as_of(landed: Landed) -> date:
    """The last complete date."""
    return date.fromisoformat(landed.truth["as_of_date"])


def test_the_last_complete_date(world: World, as_of: date) -> None:
    assert set(world.as_of.values()) == {as_of}


@pytest.mark.parametrize("entity", list(contract()))
def test_rows_by_outcome_and_load(landed: Landed, world: World, entity: str) -> None:
    found = Counter(
        (str(judged.row["load_id"]), judged.outcome) for judged in world.outcomes[entity]
    )
    planted = {
        (load_id, outcome): counts[outcome]
        for load_id, counts in landed.truth["rows"][entity].items()
        for outcome in ("accepted", "superseded", "duplicate", "conflicting", "quarantined")
        if counts[outcome]
    }
    assert dict(found) == planted


def test_every_kind_of_mess_is_there(landed: Landed) -> None:
    kinds: Counter[str] = Counter()
    late = 0
    for loads in landed.truth["rows"].values():
        for counts in loads.values():
            kinds.update(counts["kinds"])
            late += counts["late"]
            assert counts["raw"] == sum(counts["kinds"].values())
    assert late
    assert not {
        "repeat", "redelivered", "changed_later", "changed_same_load", "same_id_other_time",
        "future_clock", "identity_cycle", "bad_time", "missing_id", "ragged", "score_out_of_range",
        "score_fraction", "score_missing",
    } - set(kinds)  # fmt: skip


def test_active_people_and_accounts(landed: Landed, world: World, as_of: date) -> None:
    usage = landed.truth["usage"]
    by_date = Counter(day for days in world.active_dates.values() for day in days)
    planted = {date.fromisoformat(day): people for day, people in usage["dau_by_date"].items()}
    assert {day: n for day, n in planted.items() if n} == {
        day: n for day, n in by_date.items() if day <= as_of
    }
    window = world.trailing(as_of)
    assert usage["mau"] == len({one.person for one in window})
    assert usage["monthly_active_accounts"] == len({one.account for one in window if one.account})
    assert usage["person_days_28d"] == len({(one.person, one.day) for one in window})
    assert usage["people_ever_active"] == len(world.active_dates)


class Plans:
    """Which plans an account had on a date, by looking through all subscriptions."""

    def __init__(self, world: World) -> None:
        self.terms: dict[str, list[dict[str, Any]]] = {}
        for row in world.rows("crm_subscriptions"):
            self.terms.setdefault(row["account_id"], []).append(row)

    def include(self, account: str | None, day: date, plans: str) -> bool:
        """Tell whether one of these plans was active; no plans means that everyone has it."""
        return not plans or any(
            term["plan"] in plans.split("|")
            and term["started_at"].date() <= day
            and (term["ended_at"] is None or day < term["ended_at"].date())
            for term in self.terms.get(account or "", [])
        )


def test_adoption(landed: Landed, world: World, as_of: date) -> None:
    plans = Plans(world)
    window = world.trailing(as_of)
    eligible: Counter[str] = Counter()
    used: Counter[str] = Counter()
    for feature in landed.company.seeds["features"]:
        key, truth = feature["feature_key"], landed.truth["features"][feature["feature_key"]]
        entitled = [one for one in window if plans.include(one.account, one.day, feature["plans"])]
        able = [one for one in entitled if str(one.day) >= feature["launched_on"]]
        people = Counter(one.person for one in able if one.feature == key)
        accounts = Counter(one.account for one in able if one.feature == key and one.account)
        least = int(feature["min_uses"])
        assert truth["eligible_people"] == len({one.person for one in able}), key
        assert truth["adopted_people"] == sum(n >= least for n in people.values()), key
        assert truth["eligible_accounts"] == len({one.account for one in able} - {None}), key
        assert truth["adopted_accounts"] == sum(n >= least for n in accounts.values()), key
        if feature["is_core"] == "true":
            eligible.update({one.person for one in able})
            used.update({person for person, n in people.items() if n >= least})
        unentitled = sum(one.feature == key for one in window) - sum(
            one.feature == key for one in able
        )
        assert truth["uses_without_entitlement"] == unentitled, key
        assert (truth["launched_on"] or "") == feature["launched_on"]
    adoption = landed.truth["adoption"]
    assert adoption["core_features_used"] == sum(used.values())
    assert adoption["breadth"] == pytest.approx(sum(used.values()) / landed.truth["usage"]["mau"])
    shares = [used[person] / n for person, n in eligible.items()]
    assert adoption["people_with_core_features"] == len(shares)
    assert adoption["overall_adoption"] == pytest.approx(sum(shares) / len(shares))


def test_nps_by_month(landed: Landed, world: World) -> None:
    scores: dict[str, list[float]] = {}
    for response in voice_responses(world):
        if response["survey_kind"] == "nps":
            month = f"{response['response_date']:%Y-%m}"
            scores.setdefault(month, []).append(response["score"])
    planted = landed.truth["voice"]["nps_by_month"]
    assert set(planted) == set(scores)
    for month, given in scores.items():
        difference = sum(s >= 9 for s in given) - sum(s <= 6 for s in given)
        assert planted[month]["responses"] == len(given)
        assert planted[month]["nps"] == pytest.approx(100 * difference / len(given), abs=1e-12)


def on_date(rows: list[dict[str, Any]], day: date) -> dict[str, Any]:
    """Return the row of one date."""
    return next(row for row in rows if row["date_day"] == day)


def test_scores_of_the_last_answers(landed: Landed, world: World, as_of: date) -> None:
    marts, voice = score_marts(world), landed.truth["voice"]
    nps = on_date(marts["nps_daily"], as_of)
    for name in ("responses", "promoters", "passives", "detractors", "nps"):
        assert nps[name] == pytest.approx(voice["nps_as_of"][name])
    csat, ces = (on_date(marts[f"{kind}_daily"], as_of) for kind in ("csat", "ces"))
    assert (csat["rated"], csat["satisfied"]) == tuple(voice["csat_as_of"].values())
    assert (ces["responses"], ces["score_total"]) == tuple(voice["ces_as_of"].values())


def test_support(landed: Landed, world: World, as_of: date) -> None:
    rows = [row for row in support_marts(world)["support_daily"] if row["date_day"] <= as_of]
    truth = landed.truth["support"]
    by_status = sum(row["is_ended_by_status"] for row in support_tickets(world))
    assert truth["ended_by_status"] == by_status > 0
    assert truth["removed_changes"] == sum(row["tickets_removed"] for row in rows) > 0
    assert truth["backlog"] == rows[-1]["backlog"]
    assert truth["solved_changes"] == sum(row["tickets_solved"] for row in rows)
    assert truth["reopened_changes"] == sum(row["tickets_reopened"] for row in rows)
    assert truth["tickets"] == sum(row["tickets_created"] for row in rows)


def test_identity(landed: Landed, world: World) -> None:
    truth = landed.truth["identity"]
    cyclic = [row for row in world.outcomes["usage_identities"] if row.reason == "identity_cycle"]
    assert len(cyclic) == truth["links_in_cycles"] == truth["actors_in_cycles"] == 7
    assert truth["cycles"] == 3
    actors = {row["actor_id"] for row in world.rows("usage_identities")}
    assert len(actors) == truth["linked_actors"]
    known = {row["person_id"] for row in world.rows("usage_people")}
    reached = [actor for actor in actors if world.people.person_of(actor) in known]
    assert len(reached) == truth["actors_linked_to_a_known_person"]


def test_exclusions(landed: Landed, world: World) -> None:
    truth = landed.truth["exclusions"]
    people = world.rows("usage_people")
    domain = "@ourcompany.example"
    assert truth["people_by_email_domain"] == sum(p["email"].endswith(domain) for p in people)
    for account in ("acc_internal", "acc_test"):
        found = sum(p["account_id"] == account for p in people)
        assert truth[f"people_by_account_{account}"] == found > 0
    actors = {row["actor_id"] for row in world.rows("usage_events")}
    excluded = {actor for actor in actors if world.people.is_excluded_actor(actor)}
    assert truth["actors_by_pattern"] == sum(actor.startswith("bot-") for actor in excluded)
    assert truth["actors_by_volume"] == sum(actor.startswith("svc_") for actor in excluded)
    busiest = Counter(
        row["occurred_at"].date()
        for row in world.rows("usage_events")
        if row["actor_id"] == "svc_import"
    )
    assert max(busiest.values()) == 2000


def test_unknown_event_names(landed: Landed, world: World) -> None:
    listed = {row["event_name"] for row in landed.company.seeds["event_catalogue"]}
    found = Counter(row["event_name"] for row in world.rows("usage_events"))
    assert landed.truth["usage"]["unknown_events"] == {
        name: count for name, count in found.items() if name not in listed
    }


def test_experiments(landed: Landed, world: World) -> None:
    variants: dict[tuple[str, str], set[str]] = {}
    for row in world.rows("experiment_exposures"):
        key = (row["experiment_id"], row["subject_id"])
        variants.setdefault(key, set()).add(row["variant"])
    for experiment, truth in landed.truth["experiments"].items():
        seen = [v for (name, _), v in variants.items() if name == experiment]
        assert truth["subjects_with_two_variants"] == sum(len(v) > 1 for v in seen)
        clean = Counter(next(iter(v)) for v in seen if len(v) == 1)
        assert {k: n for k, n in truth["subjects_by_variant"].items() if n} == dict(clean)
