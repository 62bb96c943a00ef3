"""What `product-health land --system` asks for, and what it says."""

from collections.abc import Iterator
from dataclasses import dataclass

from product_health import terminal
from product_health.landing.inputs import Reporter
from product_health.landing.store import LandingStore
from product_health.landing.sync.run import EntityOutcome, SyncOutcome, SyncRequest, land_news
from product_health.project import find_project
from product_health.systems.mapping import find_system, own_folders


@dataclass(frozen=True)
class Options:
    """The options of the command."""

    system: str
    source: str
    name: str | None
    schema: str | None
    whole: bool
    again: bool
    accept_deletions: bool


def land_system(options: Options, store: LandingStore, reporter: Reporter) -> None:
    """Land what is new in a system, and say what it was."""
    system = find_system(options.system, own_folders(find_project()), store.contract)
    request = SyncRequest(
        system=system,
        name=options.name or system.name,
        source=options.source,
        schema=options.schema,
        is_whole=options.whole,
        again=options.again,
        accept_deletions=options.accept_deletions,
    )
    outcome = land_news(request, store, reporter)
    for line in _lines(request.name, outcome):
        terminal.write(terminal.plain(line))


def _lines(name: str, outcome: SyncOutcome) -> Iterator[str]:
    found = [entity for entity in outcome.entities if entity.news.count]
    until = outcome.state.complete_until
    synced = f", synced until {until:%Y-%m-%d %H:%M:%S} UTC" if until else ""
    if outcome.load_id is None:
        yield f"{name}: nothing is new in {outcome.label}{synced}; nothing was landed"
    else:
        count = sum(entity.news.count for entity in found)
        rows = f"{count:,} rows" if count != 1 else "1 row"
        yield f"landed {rows} of {name} from {outcome.label} as load {outcome.load_id}{synced}"
    if outcome.ahead:
        yield (
            f"  note: a row was written at {outcome.ahead:%Y-%m-%d %H:%M:%S} UTC, which is still "
            "to come (a wrong clock, or local times without offset?); it counts as synced until now"
        )
    width = max((len(entity.entity) for entity in found), default=0)
    for entity in found:
        yield f"  {entity.entity:{width}}  {_counts(entity)}"
    for entity in outcome.entities:
        yield from (f"  {entity.entity}: {note}" for note in _notes(entity))


def _counts(outcome: EntityOutcome) -> str:
    news = outcome.news
    counts = {"new": news.new, "changed": news.changed, "deleted": news.deleted}
    return ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)


def _notes(outcome: EntityOutcome) -> Iterator[str]:
    news = outcome.news
    if news.held:
        yield f"{news.held:,} rows of a sync that is not closed wait for it"
    if news.waiting:
        yield f"{news.waiting:,} rows wait for a row of another table that is not there"
    if news.repeated:
        yield f"{news.repeated:,} rows share their key with a later one, which counts"
    if news.shared:
        yield f"{news.shared:,} ids are those of another system too: both are kept, as two"
    if outcome.remapped:
        loads = ", ".join(map(str, outcome.remapped))
        yield (
            f"load {loads} was landed with another mapping and stays as it is; to restate it, land "
            "the system into an empty folder (--into), or take the loads back"
        )
