"""Opportunities: the deals behind the subscriptions, won and lost, some by referral."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo import subscriptions
from product_health.demo.company import account_sql
from product_health.demo.mess import Shares, plant, sample
from product_health.demo.params import CURRENCIES, DAY, HOUR, MINUTE
from product_health.demo.rows import CODE, Rows, concat, make_rows, number, pick, time

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from product_health.demo.company import Accounts
    from product_health.demo.params import Ints, Parameters
    from product_health.demo.subscriptions import Terms

STREAM = 8
# Share of the deals that are opened without one.
WITHOUT_AMOUNT = 0.02
TYPES = ("new", "expansion", "renewal")
STAGES = ("qualification", "proposal", "closed_won", "closed_lost")


def deal_rows(parameters: Parameters, accounts: Accounts, terms: Terms) -> Rows:
    """Return a deal for each paid term, closed when it starts, and deals that came to nothing."""
    rng = parameters.rng(STREAM)
    paid = np.flatnonzero(~terms.is_trial)
    trials = np.flatnonzero(terms.is_trial & (terms.ended >= 0))
    lost = trials[rng.random(len(trials)) < 0.4]
    term = np.concatenate([paid, lost])
    is_won = np.arange(len(term)) < len(paid)
    end = np.where(is_won, terms.started[term], terms.ended[term])
    opened = end - rng.integers(5, 60, len(term)) * DAY
    parts = [
        _version(parameters, rng, accounts, terms, term, opened, opened, 0, is_won),
        _version(parameters, rng, accounts, terms, term, opened, (opened + end) // 2, 1, is_won),
        _version(parameters, rng, accounts, terms, term, opened, end, 2, is_won),
    ]
    rows = concat(parts)
    rows = rows.take(rows.event < parameters.end_us)
    rows = plant(rows, parameters, rng, Shares(0.01, 0.008, 0.004, 0.0, 0.006), ("amount", 900))
    return _without_amount(rows, parameters.rng(STREAM, 1))


def _without_amount(rows: Rows, rng: np.random.Generator) -> Rows:
    """Let some deals say in words that their amount is not known: the value is set aside."""
    early = np.flatnonzero((rows.kind == CODE["sound"]) & (rows.version == 0))
    chosen = np.zeros(len(rows), dtype=bool)
    chosen[early[sample(rng, len(early), WITHOUT_AMOUNT)]] = True
    return replace(
        rows,
        columns={**rows.columns, "amount": np.where(chosen, -1, rows.columns["amount"])},
        kind=np.where(chosen, CODE["bad_value"], rows.kind).astype(np.int8),
    )


def _version(  # noqa: PLR0913, PLR0917
    parameters: Parameters,
    rng: np.random.Generator,
    accounts: Accounts,
    terms: Terms,
    term: Ints,
    opened: Ints,
    at: Ints,
    version: int,
    is_won: NDArray[np.bool_],
) -> Rows:
    count = len(term)
    is_closed = version == 2
    stage = np.where(is_won, 2, 3) if is_closed else np.full(count, version)
    account = terms.account[term]
    referrer = (account * 7 + 3) % accounts.customers
    is_referral = (
        (terms.move[term] <= subscriptions.PURCHASE) & (account % 10 == 3) & (referrer != account)
    )
    price = np.where(terms.mrr[term] > 0, terms.mrr[term], 300.0)
    return make_rows(
        "crm_opportunities",
        {
            "deal": np.arange(count),
            "account": account,
            "type": _types(terms.move[term]),
            "stage": stage.astype(np.int64),
            "amount": np.round(12 * price),
            "currency": terms.currency[term],
            "created": opened,
            "closed": at if is_closed else np.full(count, -1, dtype=np.int64),
            "won": np.where(is_won, 1, 0) if is_closed else np.full(count, -1, dtype=np.int64),
            "referrer": np.where(is_referral, referrer, -1),
        },
        event=at,
        received=np.maximum(at, parameters.start_us) + rng.integers(MINUTE, HOUR, count),
        key=np.arange(count, dtype=np.int64),
        version=np.full(count, version, dtype=np.int64),
    )


def _types(move: Ints) -> Ints:
    """Return the type of the deal behind each move of a subscription."""
    expands = (move == subscriptions.UPGRADE) | (move == subscriptions.SIDE)
    return np.select([move == subscriptions.OTHER, expands], [2, 1], 0).astype(np.int64)


def deal_select(accounts: Accounts) -> dict[str, str]:
    """Return SQL for each column of crm_opportunities."""
    return {
        "opportunity_id": number("opp_", "deal", 10_000),
        "account_id": account_sql(accounts, "account"),
        "type": pick(TYPES, "type"),
        "stage": pick(STAGES, "stage"),
        "amount": "case when amount >= 0 then cast(amount as double) end",
        "currency": pick(CURRENCIES, "currency"),
        "created_at": time("created"),
        "closed_at": time("closed"),
        "is_won": "case when won >= 0 then won = 1 end",
        "referred_by_account_id": account_sql(accounts, "referrer"),
        "updated_at": time("event_us"),
    }
