"""Product events, a stretch of days at a time, so that memory stays bounded at any size."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from product_health.demo.activity import Moments, active_days, moments, sessions
from product_health.demo.company import account_sql
from product_health.demo.identity import HEAVY_USER, VOLUME_BOT, actor_sql
from product_health.demo.mess import Shares, plant, sample
from product_health.demo.params import DAY, MINUTE, SECOND
from product_health.demo.people import PLATFORMS
from product_health.demo.rows import Rows, arrival, concat, make_rows, number, pick, time
from product_health.demo.subscriptions import feature_masks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from product_health.demo.company import Accounts
    from product_health.demo.identity import Actors
    from product_health.demo.params import Bools, Ints, Parameters, Product

STREAM = 5
UNKNOWN_EVENTS = ("legacy_widget_opened", "beta_banner_clicked", "Page Viewed")
PROPERTIES = (
    '{"source": "menu"}',
    '{"source": "shortcut", "keys": "ctrl+k"}',
    '{"label": "it\'s \\"quoted\\""}',
    '{"emoji": "🚀"}',
    '{"batch": true, "size": 12}',
    '{"note": "<script>alert(1)</script>"}',
)
# Event numbers of a stretch of days start at its number times this.
STRETCH_EVENTS = 20_000_000
PEOPLE_DAYS = 1_500_000
SHARES = Shares(repeat=0.003, redelivered=0.002, changed=0.001, future=0.0003, malformed=0.0006)
ENTITLEMENT_IGNORED = 0.004
LAUNCH_IGNORED = 0.0003


@dataclass(frozen=True)
class Names:
    """Event names by number, those of the catalogue first; feature is -1 where there is none."""

    names: tuple[str, ...]
    feature: Ints
    qualifies: Bools

    def number(self, name: str) -> int:
        """Return the number of an event name; that of an unknown event where it is not listed."""
        return self.names.index(name) if name in self.names else len(self.names) - 1

    def of_feature(self, feature: int, *, qualifying: bool) -> Ints:
        """Numbers of the events of a feature (-1: of none) that qualify, or that do not."""
        listed = np.arange(len(self.names)) < len(self.names) - len(UNKNOWN_EVENTS)
        chosen = (self.feature == feature) & (self.qualifies == qualifying) & listed
        return np.flatnonzero(chosen)


def event_names(product: Product) -> Names:
    """Return the catalogue's events, and a few that it does not list, which qualify."""
    listed = list(product.events.items())
    feature = [product.feature_number(key) if key else -1 for _, (key, _) in listed]
    extra = len(UNKNOWN_EVENTS)
    return Names(
        names=(*(name for name, _ in listed), *UNKNOWN_EVENTS),
        feature=np.array(feature + [-1] * extra, dtype=np.int64),
        qualifies=np.array([flag for _, (_, flag) in listed] + [True] * extra, dtype=bool),
    )


@dataclass
class World:
    """All that events depend on; masks are the plans by account and day."""

    parameters: Parameters
    accounts: Accounts
    actors: Actors
    masks: NDArray[np.uint8]
    names: Names

    def entitled(self, account: Ints, day: Ints, feature: Ints) -> Bools:
        """Whether an account's plans include a feature on a day."""
        plans = self.feature_plans[feature]
        has = self.masks[np.maximum(account, 0), np.clip(day, 0, self.masks.shape[1] - 1)]
        return np.asarray((plans == 255) | ((account >= 0) & ((has & plans) > 0)))

    def launched(self, day: Ints, feature: Ints) -> Bools:
        """Whether a feature is launched on a day."""
        return np.asarray(day >= self.launch_days[feature])

    @cached_property
    def feature_plans(self) -> NDArray[np.uint8]:
        """Plans that include each feature, as bits."""
        return feature_masks(self.parameters)

    @cached_property
    def launch_days(self) -> Ints:
        """Day of each feature's launch, far back where it was always there."""
        day_of = self.parameters.day_of
        features = self.parameters.product.features
        return np.array([day_of(f.launched_on) if f.launched_on else -10_000 for f in features])


def stretches(world: World) -> Iterator[tuple[int, Rows]]:
    """Return the events by stretches of days: the stretch's last day (exclusive) and its rows."""
    days = world.parameters.days
    length = max(1, min(days, PEOPLE_DAYS // max(len(world.actors.people), 1)))
    for turn, first in enumerate(range(0, days, length)):
        last = min(first + length, days)
        yield last, stretch(world, turn, first, last)


def stretch(world: World, turn: int, first: int, last: int) -> Rows:
    """Return the rows of the events that begin within these days, mess included, by arrival."""
    rng = world.parameters.rng(STREAM, turn)
    people = world.actors.people
    person, day = active_days(
        rng, world.parameters, world.accounts, people, world.masks, (first, last)
    )
    person, start = sessions(rng, world.parameters, people, person, day)
    done = moments(rng, people, person, start)
    foreground = _foreground(rng, world, done)
    background = _background(rng, world, first, last)
    rows = concat([foreground, background])
    rows = rows.take(np.argsort(rows.event, kind="stable"))
    rows.columns["event"] = turn * STRETCH_EVENTS + np.arange(len(rows))
    rows = _with_other_times(rng, rows)
    rows = plant(rows, world.parameters, rng, SHARES, ("platform", len(PLATFORMS)))
    rows = _with_changed_properties(rng, rows)
    services = _services(rng, world, first, last, (turn + 1) * STRETCH_EVENTS - 100_000)
    return concat([rows, services]).sorted()


def _foreground(rng: np.random.Generator, world: World, done: Moments) -> Rows:
    people, count = world.actors.people, len(done.at)
    own = people.account[done.person]
    second = people.second_account[done.person]
    elsewhere = (second >= 0) & (rng.random(count) < 0.35)
    account = np.where(elsewhere, second, own)
    day = world.parameters.days_of(done.at)
    name = _names(rng, world, done, account, day)
    unsaid = ~elsewhere & (rng.random(count) < 0.35)
    linked = world.actors.linked[done.person]
    actor = np.where(done.at < linked, world.actors.anonymous_of[done.person], done.person)
    platform = people.platform[done.person]
    platform = np.where(rng.random(count) < 0.05, rng.integers(0, 3, count), platform)
    platform = np.where(rng.random(count) < 0.01, -1, platform)
    return _event_rows(rng, actor, np.where(unsaid, -1, account), name, platform, done.at)


def _names(rng: np.random.Generator, world: World, done: Moments, account: Ints, day: Ints) -> Ints:
    """Return what each moment was: a use of an adopted feature, or a look at a page."""
    count, people = len(done.at), world.actors.people
    feature = _wished_features(rng, world, done, day)
    index = np.maximum(feature, 0)
    adopted = people.adopted[done.person, index] <= day
    launched = world.launched(day, index)
    draw = rng.random(count)
    allowed = world.entitled(account, day, index) | (draw < ENTITLEMENT_IGNORED)
    uses = (feature >= 0) & ((adopted & allowed & launched) | (draw < LAUNCH_IGNORED))
    plain = np.full(count, world.names.number("page_viewed"), dtype=np.int64)
    plain[done.opens] = world.names.number("signed_in")
    odd = rng.random(count) < 0.004
    plain[odd] = len(world.names.names) - 1 - rng.integers(0, len(UNKNOWN_EVENTS), int(odd.sum()))
    return np.where(uses, _event_of_feature(rng, world, index), plain)


def _wished_features(rng: np.random.Generator, world: World, done: Moments, day: Ints) -> Ints:
    """Return a feature for each moment by its popularity, -1 for none; the rush has one in mind."""
    features = world.parameters.product.features
    weights = np.array([3.0 if feature.is_core else 1.0 for feature in features] + [3.5])
    edges = np.cumsum(weights) / weights.sum()
    wished = np.searchsorted(edges, rng.random(len(done.at)), side="right")
    wished = np.where(wished >= len(features), -1, wished)
    people = world.actors.people
    rushes = people.is_rush[done.person] & (day <= people.rush_day + 7)
    rushes &= rng.random(len(day)) < 0.5
    newest = people.adopted[done.person[rushes]] == people.rush_day
    wished[rushes] = np.where(newest.any(axis=1), newest.argmax(axis=1), wished[rushes])
    return np.where(done.opens, -1, wished)


def _event_of_feature(rng: np.random.Generator, world: World, feature: Ints) -> Ints:
    """One of the qualifying events of each feature."""
    choices = [
        world.names.of_feature(index, qualifying=True)
        for index in range(len(world.parameters.product.features))
    ]
    widest = max(len(choice) for choice in choices)
    table = np.array([np.resize(choice, widest) for choice in choices])
    return np.asarray(table[feature, rng.integers(0, widest, len(feature))])


def _background(rng: np.random.Generator, world: World, first: int, last: int) -> Rows:
    """Return what happens without the person: syncs, e-mails, automations."""
    people, parameters = world.actors.people, world.parameters
    created = parameters.days_of(people.created)
    alive = np.flatnonzero((created < last) & people.is_known & (people.left_day + 20 > first))
    each = rng.poisson(0.22 * (last - first), len(alive))
    person = np.repeat(alive, each)
    count = len(person)
    at = (
        parameters.start_us
        + first * DAY
        + rng.integers(0, (last - first) * 86_400_000, count) * 1000
    )
    keep = at > people.created[person]
    person, at = person[keep], at[keep]
    account, day = people.account[person], parameters.days_of(at)
    silent = np.flatnonzero(~world.names.qualifies)
    name = silent[rng.integers(0, len(silent), len(person))]
    feature = world.names.feature[name]
    index = np.maximum(feature, 0)
    may = (feature < 0) | (world.entitled(account, day, index) & world.launched(day, index))
    name = np.where(may, name, world.names.number("email_delivered"))
    return _event_rows(rng, person, account, name, np.full(len(person), -1), at)


def _event_rows(  # noqa: PLR0913, PLR0917
    rng: np.random.Generator, actor: Ints, account: Ints, name: Ints, platform: Ints, at: Ints
) -> Rows:
    count = len(at)
    received = arrival(rng, at)
    # Some clocks run ahead, but by less than the hour that is tolerated.
    ahead = rng.random(count) < 0.0005
    received = np.where(ahead, at - rng.integers(MINUTE, 50 * MINUTE, count), received)
    chosen = rng.integers(0, 60, count)
    return make_rows(
        "usage_events",
        {
            "event": np.zeros(count, dtype=np.int64),
            "actor": actor.astype(np.int32),
            "account": account.astype(np.int32),
            "name": name.astype(np.int16),
            "platform": platform.astype(np.int8),
            "properties": np.where(chosen < len(PROPERTIES), chosen, -1).astype(np.int8),
        },
        event=at,
        received=received,
    )


def _with_other_times(rng: np.random.Generator, rows: Rows) -> Rows:
    """Return the rows with events that bear an earlier event's id, minutes after it."""
    copies = rows.take(sample(rng, len(rows), 0.0004)).marked("same_id_other_time")
    shift = 1000 * rng.integers(MINUTE // 1000, 9 * MINUTE // 1000, len(copies))
    again = replace(copies, event=copies.event + shift, received=copies.received + shift)
    return concat([rows, again])


def _with_changed_properties(rng: np.random.Generator, rows: Rows) -> Rows:
    sound = np.flatnonzero(rows.kind == 0)
    copies = rows.take(sound[sample(rng, len(sound), 0.0004)]).marked("changed_same_load")
    properties = ((copies.columns["properties"].astype(np.int64) + 1) % len(PROPERTIES)).astype(
        np.int8
    )
    return concat([rows, replace(copies, columns={**copies.columns, "properties": properties})])


def _services(
    rng: np.random.Generator, world: World, first: int, last: int, first_event: int
) -> Rows:
    """Return a monitor that is above the bound on some days and an importer that is at it once."""
    parameters, bound = world.parameters, world.parameters.product.events_per_day
    last_day = parameters.days - 1
    planned = [(day, VOLUME_BOT, bound * 5 // 4) for day in _busy_days(last_day)]
    planned.append((last_day // 2, HEAVY_USER, bound))
    due = [plan for plan in planned if first <= plan[0] < last]
    each = [amount for _, _, amount in due]
    day = np.repeat(np.array([d for d, _, _ in due], dtype=np.int64), each)
    service = np.repeat(np.array([s for _, s, _ in due], dtype=np.int64), each)
    count = len(day)
    at = parameters.start_us + day * DAY + rng.integers(0, DAY // 1000, count) * 1000
    rows = _event_rows(
        rng,
        world.actors.service_start + service,
        np.full(count, -1),
        np.full(count, world.names.number("page_viewed")),
        np.full(count, PLATFORMS.index("api")),
        at,
    )
    rows.columns["event"] = first_event + np.arange(count)
    return replace(rows, received=at + SECOND)


def _busy_days(last_day: int) -> set[int]:
    return {round(last_day * 0.3), round(last_day * 0.6), max(last_day - 3, 0)}


def event_select(world: World) -> dict[str, str]:
    """Return SQL for each column of usage_events."""
    return {
        "event_id": number("evt_", "event", 1_000_000_000),
        "actor_id": actor_sql(world.actors, world.parameters.product.bot_prefix, "actor"),
        "account_id": account_sql(world.accounts, "account"),
        "event_name": pick(world.names.names, "name"),
        "occurred_at": time("event_us"),
        "platform": pick(PLATFORMS, "platform"),
        "properties": pick(PROPERTIES, "properties"),
    }
