"""Truth beside usage: voice, support, identity, exclusions, experiments and the fate of rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from product_health.demo import support, trials
from product_health.demo.identity import excluded_by_name
from product_health.demo.params import DAY, moment
from product_health.demo.people import BOT, CYCLE_SIZES, INTERNAL
from product_health.demo.rows import (
    CODE,
    KIND_NAMES,
    OUTCOME_OF_KIND,
    OUTCOMES,
    QUARANTINED,
    landed,
    outcomes,
)
from product_health.demo.surveys import KIND_OF_SURVEY
from product_health.demo.surveys import KINDS as SURVEY_KINDS
from product_health.demo.truth import Known, ratio

if TYPE_CHECKING:
    from product_health.demo.events import World
    from product_health.demo.params import Bools, Ints, Parameters
    from product_health.demo.rows import Rows
    from product_health.demo.write import Spool

NPS_WINDOW = 90
# How far a ticket has ended: 0 is open.
SOLVED, REMOVED = 1, 2
STATE_OF_EVENT = {
    support.SOLVED: SOLVED,
    support.CLOSED: SOLVED,
    support.REOPENED: 0,
    support.MERGED: REMOVED,
    support.DELETED: REMOVED,
}


def row_counts(
    parameters: Parameters, tables: dict[str, Rows], spool: Spool, loads: int
) -> dict[str, list[dict[str, object]]]:
    """By entity, for each load in order: raw rows, their outcomes once all are in, and kinds."""
    return {
        entity: [
            {
                "raw": int(by_kind[load].sum()),
                **dict(zip(OUTCOMES, by_outcome[load].tolist(), strict=True)),
                "kinds": {
                    name: int(number)
                    for name, number in zip(KIND_NAMES, by_kind[load], strict=True)
                    if number
                },
                "late": int(spool.late[entity][load]),
            }
            for load in range(loads)
        ]
        for entity, by_kind in spool.counts.items()
        for by_outcome in [_by_outcome(parameters, tables.get(entity), by_kind, loads)]
    }


def _by_outcome(parameters: Parameters, rows: Rows | None, by_kind: Ints, loads: int) -> Ints:
    """Count outcomes by load: of events, which have no versions, by what was planted."""
    counts = np.zeros((loads, len(OUTCOMES)), dtype=np.int64)
    if rows is None:
        for code, outcome in enumerate(OUTCOME_OF_KIND):
            counts[:, outcome] += by_kind[:loads, code]
        return counts
    present = landed(rows, parameters, loads)
    np.add.at(counts, (parameters.loads_of(present.received), outcomes(present)), 1)
    return counts


def _counted_responses(known: Known, responses: Rows) -> Rows:
    present = landed(responses, known.world.parameters, known.loads)
    rows = present.take(outcomes(present) == 0)
    person = rows.columns["person"].astype(np.int64)
    account = rows.columns["account"].astype(np.int64)
    excluded = known.is_excluded_person[person] | known.is_excluded_account(account)
    return rows.take(~excluded)


def _nps(score: Ints) -> dict[str, object]:
    promoters, detractors = int((score >= 9).sum()), int((score <= 6).sum())
    share = ratio(promoters - detractors, len(score))
    return {
        "responses": len(score),
        "promoters": promoters,
        "passives": len(score) - promoters - detractors,
        "detractors": detractors,
        "nps": None if share is None else 100 * share,
    }


def voice(known: Known, responses: Rows) -> dict[str, object]:
    """NPS by month of response; on the last date each survey kind over the last answers."""
    rows = _counted_responses(known, responses)
    kind = KIND_OF_SURVEY[rows.columns["survey"].astype(np.int64)]
    nps = rows.take(kind == 0)
    months = np.array([f"{moment(int(at)):%Y-%m}" for at in nps.event])
    score = nps.columns["score"].astype(np.int64)
    latest = {name: _latest(known, rows.take(kind == i)) for i, name in enumerate(SURVEY_KINDS)}
    csat, ces = (latest[name].columns["score"].astype(np.int64) for name in ("csat", "ces"))
    return {
        "nps_by_month": {str(month): _nps(score[months == month]) for month in np.unique(months)},
        "nps_as_of": _nps(latest["nps"].columns["score"].astype(np.int64)),
        "csat_as_of": {"rated": len(csat), "rated_4_or_5": int((csat >= 4).sum())},
        "ces_as_of": {"responses": len(ces), "score_total": int(ces.sum())},
        "counted_responses": {name: int((kind == i).sum()) for i, name in enumerate(SURVEY_KINDS)},
    }


def _latest(known: Known, rows: Rows) -> Rows:
    """Each person's last answer in the 90 days that end on the last complete date."""
    day = known.world.parameters.days_of(rows.event)
    rows = rows.take((day > known.as_of_day - NPS_WINDOW) & (day <= known.as_of_day))
    rows = rows.take(np.argsort(-rows.event, kind="stable"))
    _, first = np.unique(rows.columns["person"], return_index=True)
    return rows.take(first)


def support_truth(known: Known, tickets: Rows, changes: Rows) -> dict[str, object]:
    """Tickets that count, by changes of state up to the end of the last complete date."""
    parameters = known.world.parameters
    present = landed(tickets, parameters, known.loads)
    rows = present.take(outcomes(present) == 0)
    person = rows.columns["person"].astype(np.int64)
    own = rows.columns["account"].astype(np.int64)
    account = np.where(own >= 0, own, known.account[person])
    excluded = known.is_excluded_person[person] | known.is_excluded_account(account)
    counted = rows.columns["ticket"].astype(np.int64)[~excluded]
    seen = landed(changes, parameters, known.loads)
    seen = seen.take(outcomes(seen) == 0)
    seen = seen.take(np.isin(seen.columns["ticket"].astype(np.int64), counted))
    until = parameters.start_us + (known.as_of_day + 1) * DAY
    return {
        "tickets": len(counted),
        "tickets_excluded": int(excluded.sum()),
        "tickets_without_account": int((own[~excluded] < 0).sum()),
        **_changes(rows.take(~excluded), seen, until),
        "replied_by_staff": _replied(seen.take(seen.event < until)),
    }


def _replied(seen: Rows) -> int:
    is_reply = seen.columns["event_type"] == support.REPLY
    is_reply &= np.isin(seen.columns["role"], [support.STAFF, support.AGENT])
    return len(np.unique(seen.columns["ticket"][is_reply]))


def _changes(tickets: Rows, seen: Rows, until: int) -> dict[str, object]:
    """Count changes of state before a moment, of a ticket that begins open.

    Where only the status says that a ticket ended, it ended when the status changed.
    """
    number, status = (tickets.columns[name].astype(np.int64) for name in ("ticket", "status"))
    kind = seen.columns["event_type"].astype(np.int64)
    told = np.isin(kind, list(STATE_OF_EVENT))
    ticket = np.r_[number, seen.columns["ticket"].astype(np.int64)[told]]
    at = np.r_[tickets.columns["created"].astype(np.int64), seen.event[told]]
    state = np.r_[np.zeros_like(number), [STATE_OF_EVENT[int(one)] for one in kind[told]]]
    closed = ticket[_last_of_each(ticket, at) & (state > 0)]
    alone = (status > support.STATUSES.index("open")) & ~np.isin(number, closed)
    removed = status[alone] > support.STATUSES.index("solved")
    ticket, at = np.r_[ticket, number[alone]], np.r_[at, tickets.event[alone]]
    state = np.r_[state, np.where(removed, REMOVED, SOLVED)]
    ticket, at, state = (values[at < until] for values in (ticket, at, state))
    order = np.lexsort((at, ticket))
    now, before = state[order], np.r_[0, state[order][:-1]]
    before[np.flatnonzero(np.diff(ticket[order], prepend=-1))] = 0
    return {
        "solved_changes": int(((now == SOLVED) & (before == 0)).sum()),
        "reopened_changes": int(((now == 0) & (before > 0)).sum()),
        "removed_changes": int(((now == REMOVED) & (before == 0)).sum()),
        "ended_by_status": int(alone.sum()),
        "backlog": int((_last_of_each(ticket, at) & (state == 0)).sum()),
    }


def _last_of_each(ticket: Ints, at: Ints) -> Bools:
    """Return which is the last of its ticket."""
    order = np.lexsort((at, ticket))
    is_last = np.zeros(len(ticket), dtype=bool)
    is_last[order] = np.diff(ticket[order], append=-1) != 0
    return is_last


def exclusions(known: Known) -> dict[str, int]:
    """Landed people and actors by kind of rule; one may be caught by two of them."""
    world = known.world
    kind = world.actors.people.kind
    people = known.is_person_known[: len(kind)]
    account = known.account[: len(kind)]
    return {
        "people_by_email_domain": int((people & (kind == INTERNAL)).sum()),
        **{
            f"people_by_account_{name}": int((account == world.accounts.customers + i).sum())
            for i, name in enumerate(world.accounts.special)
        },
        "people_excluded": int(known.is_excluded_person.sum()),
        "actors_by_pattern": int((kind == BOT).sum()),
        "actors_by_volume": int(excluded_by_name(world.actors)[len(kind) :].sum()),
    }


def identity(known: Known, links: Rows) -> dict[str, int]:
    """Links and what they lead to."""
    present = landed(links, known.world.parameters, known.loads)
    accepted = present.take(outcomes(present) == 0)
    in_cycles = int((present.kind == CODE["identity_cycle"]).sum())
    first = known.world.actors.anonymous_start
    actor = np.unique(accepted.columns["actor"].astype(np.int64))
    return {
        "accepted_links": len(accepted),
        "links_in_cycles": in_cycles,
        "cycles": len(CYCLE_SIZES) if in_cycles else 0,
        "actors_in_cycles": int(known.in_cycle.sum()),
        "linked_actors": len(actor),
        "actors_linked_to_a_known_person": int((known.person[actor] < first).sum()),
        "contradicted_links": len(accepted) - len(actor),
        "anonymous_actors_linked": int((actor < known.world.actors.device_start).sum()),
    }


def accounts_truth(known: Known, accounts: Rows, terms: Rows) -> dict[str, object]:
    """Accounts that the CRM has told of, and those that only subscriptions name."""
    parameters = known.world.parameters

    def seen(rows: Rows) -> Ints:
        present = landed(rows, parameters, known.loads)
        is_sound = outcomes(present) != QUARANTINED
        return np.unique(present.take(is_sound).columns["account"].astype(np.int64))

    in_crm, subscribed = seen(accounts), seen(terms)
    return {
        "in_crm": len(in_crm),
        "subscribed_but_not_in_crm": len(np.setdiff1d(subscribed, in_crm)),
    }


def experiments_truth(world: World, known: Known, exposures: Rows) -> dict[str, object]:
    """Subjects by the variant of their first exposure, those who saw two left out and counted."""
    present = landed(exposures, world.parameters, known.loads)
    rows = present.take(present.kind == CODE["sound"])
    result: dict[str, object] = {}
    for number in trials.running(world.parameters):
        one = rows.take(rows.columns["experiment"] == number)
        pairs = np.unique(
            one.columns["person"].astype(np.int64) * 10 + one.columns["variant"].astype(np.int64)
        )
        subject, variants = np.unique(pairs // 10, return_counts=True)
        clean = pairs[np.isin(pairs // 10, subject[variants == 1])] % 10
        result[f"exp_{100 + number}"] = {
            "is_mismatch_planted": number == trials.MISMATCHED,
            "subjects_with_two_variants": int((variants > 1).sum()),
            "subjects_by_variant": {
                name: int((clean == trials.VARIANTS.index(name)).sum())
                for name in trials.PLANS[number].planned
            },
        }
    return result
