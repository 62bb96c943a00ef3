"""Make the company, write its loads, and say what was planted."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from product_health.demo import (
    company,
    deals,
    events,
    feedback,
    identity,
    outcomes,
    people,
    subscriptions,
    support,
    surveys,
    tools,
    trials,
)
from product_health.demo.params import moment
from product_health.demo.truth import Known, UsageTruth, make_known
from product_health.demo.write import LoadWriter, Spool, describe
from product_health.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from product_health.contract import Contract
    from product_health.demo.params import Parameters
    from product_health.demo.rows import Rows
    from product_health.landing.store import LandingStore

    # What is being done, how far it is and of how much.
    Progress = Callable[[str, int, int], None]

TRUTH_FILE = "truth.json"
EVENTS = "usage_events"


@dataclass(frozen=True)
class Company:
    """The world, all its small tables, and how each entity's columns are spelled out."""

    world: events.World
    tables: dict[str, Rows]
    selects: Mapping[str, Mapping[str, str]]


def make_company(parameters: Parameters) -> Company:
    """Everything but the events, which are made by stretches of days."""
    accounts = company.make_accounts(parameters)
    terms = subscriptions.make_terms(parameters, accounts)
    columns = {name: getattr(terms, name) for name in ("account", "plan", "started", "ended")}
    masks = subscriptions.plan_masks(parameters, accounts, columns)
    population = people.make_people(parameters, accounts, masks)
    actors = identity.make_actors(parameters, population)
    names = events.event_names(parameters.product)
    world = events.World(parameters, accounts, actors, masks, names)
    tickets = support.make_tickets(world)
    answers = surveys.make_answers(world, tickets)
    requests = feedback.make_requests(world)
    tables = (
        identity.link_rows(parameters, actors),
        people.people_rows(parameters, population),
        company.account_rows(parameters, accounts),
        subscriptions.term_rows(parameters, terms),
        deals.deal_rows(parameters, accounts, terms),
        support.ticket_rows(parameters, tickets),
        support.ticket_event_rows(parameters, tickets),
        surveys.invitation_rows(world, answers),
        surveys.response_rows(world, answers),
        feedback.request_rows(parameters, requests),
        feedback.vote_rows(world, requests),
        trials.experiment_rows(parameters),
        trials.exposure_rows(world),
        tools.licence_rows(parameters),
        tools.access_rows(world),
    )
    return Company(world, {rows.entity: rows for rows in tables}, _selects(world))


def _selects(world: events.World) -> dict[str, dict[str, str]]:
    parameters, accounts = world.parameters, world.accounts
    prefix = parameters.product.bot_prefix
    actor, person = (identity.actor_sql(world.actors, prefix, c) for c in ("actor", "person"))
    return {
        EVENTS: events.event_select(world),
        "usage_identities": identity.link_select(actor, person),
        "usage_people": people.people_select(parameters, accounts),
        "crm_accounts": company.account_select(accounts),
        "crm_subscriptions": subscriptions.term_select(accounts),
        "crm_opportunities": deals.deal_select(accounts),
        "support_tickets": support.ticket_select(parameters, accounts),
        "support_ticket_events": support.ticket_event_select(),
        "survey_invitations": surveys.invitation_select(accounts),
        "survey_responses": surveys.response_select(accounts),
        "feedback_requests": feedback.request_select(parameters),
        "feedback_votes": feedback.vote_select(accounts),
        "experiments": trials.experiment_select(parameters),
        "experiment_exposures": trials.exposure_select(),
        "tool_licences": tools.licence_select(parameters),
        "tool_access": tools.access_select(),
    }


def build(  # noqa: PLR0913
    parameters: Parameters,
    contract: Contract,
    store: LandingStore,
    *,
    first: int = 1,
    last: int | None = None,
    threads: int | None = None,
    progress: Progress = lambda *_: None,
) -> dict[str, object]:
    """Write loads first to last (from 1; default: all) into a landing folder, and truth.json.

    threads bounds those of the database and changes nothing else. Returns the truth, which tells
    of all loads up to the last one. UserError where the folder does not hold the earlier loads of
    the same company.
    """
    total = len(parameters.load_ends())
    last = min(last or total, total)
    made = make_company(parameters)
    known = make_known(made.world, made.tables, last)
    usage = UsageTruth(known)
    with tempfile.TemporaryDirectory(prefix="demo-") as folder, duckdb.connect() as connection:
        connection.execute(f"set memory_limit = '2GB'; set temp_directory = '{folder}/spill'")
        if threads:
            connection.execute(f"set threads = {threads}")
        spool = Spool(connection, Path(folder), parameters)
        for rows in made.tables.values():
            spool.add(rows)
        for day, rows in events.stretches(made.world):
            usage.add(rows)
            spool.add(rows)
            progress("making events", day, parameters.days)
        writer = LoadWriter(spool, contract, made.selects)
        _check_earlier(store, writer, first)
        ids = _write_loads(store, writer, range(first - 1, last), progress)
        result = _truth(made, known, usage, spool, ids)
    path = store.root / TRUTH_FILE
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return result


def _check_earlier(store: LandingStore, writer: LoadWriter, first: int) -> None:
    """Raise UserError unless the loads before the first one are there, of the same company."""
    live = [row for row in store.loads() if row["undone_at"] is None and row["entity"] == EVENTS]
    wanted = [writer.fingerprint(EVENTS, load) for load in range(first - 1)]
    if [row["fingerprint"] for row in live] != wanted:
        message = (
            f"{store.root}: does not hold just loads 1 to {first - 1} of this company, so load "
            f"{first} cannot follow; write them with the same options and --first-loads {first - 1}"
        )
        raise UserError(message)


def _write_loads(
    store: LandingStore, writer: LoadWriter, loads: range, progress: Progress
) -> list[int]:
    """Write loads in order; the ids of all loads of this company that are there in the end."""
    parameters = writer.spool.parameters
    ends = parameters.load_ends()
    description = ", ".join(f"{name}={value}" for name, value in describe(parameters).items())
    live = {row["load_id"] for row in store.loads() if row["undone_at"] is None}
    ids = sorted(live)
    for load in loads:
        progress("writing loads", load + 1, loads.stop)
        taken = moment(int(ends[load]))
        with store.begin_load() as pending:
            for entity in writer.selects:
                pending.write(
                    writer.spool.connection,
                    entity,
                    writer.sql(entity, load),
                    source_name=f"demo ({description})",
                    fingerprint=writer.fingerprint(entity, load),
                    complete_until=taken,
                    landed_at=taken,
                )
        ids.append(int(pending.load_id or 0))
    return ids


def _truth(
    made: Company, known: Known, usage: UsageTruth, spool: Spool, ids: list[int]
) -> dict[str, object]:
    parameters, tables = made.world.parameters, made.tables
    ends = parameters.load_ends()
    counts = outcomes.row_counts(parameters, tables, spool, known.loads)
    as_of = parameters.start + timedelta(days=known.as_of_day)
    return {
        "parameters": describe(parameters),
        "loads": [
            {"load_id": load_id, "complete_until": moment(int(end)).isoformat(sep=" ")}
            for load_id, end in zip(ids, ends, strict=False)
        ],
        "as_of_date": as_of.isoformat(),
        "incident": _incident(made),
        "rush_date": (
            parameters.start + timedelta(days=made.world.actors.people.rush_day)
        ).isoformat(),
        "rows": {
            entity: {str(load_id): load for load_id, load in zip(ids, loads, strict=True)}
            for entity, loads in counts.items()
        },
        "usage": usage.usage(),
        "adoption": usage.overall(),
        "features": usage.features(),
        "planted_uses": {
            "before_launch": usage.before_launch,
            "without_entitlement": usage.without_entitlement,
        },
        "voice": outcomes.voice(known, tables["survey_responses"]),
        "support": outcomes.support_truth(
            known, tables["support_tickets"], tables["support_ticket_events"]
        ),
        "identity": outcomes.identity(known, tables["usage_identities"]),
        "exclusions": outcomes.exclusions(known),
        "accounts": outcomes.accounts_truth(
            known, tables["crm_accounts"], tables["crm_subscriptions"]
        ),
        "experiments": outcomes.experiments_truth(
            made.world, known, tables["experiment_exposures"]
        ),
    }


def _incident(made: Company) -> dict[str, str]:
    first = made.world.parameters.start + timedelta(days=made.world.accounts.incident_day)
    last = first + timedelta(days=company.INCIDENT_DAYS - 1)
    return {"first_date": first.isoformat(), "last_date": last.isoformat()}
