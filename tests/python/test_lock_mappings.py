"""The lock knows the mappings of source systems: an edit of one names the metrics that it moves."""

import pytest

from product_health.meaning.changes import changed_parts
from product_health.meaning.definitions import Definitions
from scratch import Scratch

SYSTEMS = "scripts/product_health/systems"
EVENTS = f"{SYSTEMS}/zendesk/support_ticket_events.sql"
TICKETS = f"{SYSTEMS}/zendesk/support_tickets.sql"


def differing(old: Definitions, new: Definitions) -> set[str]:
    """Give the metrics whose fingerprint differs."""
    return {
        name
        for name, metric in new.catalogue.metrics.items()
        if new.fingerprint(metric) != old.fingerprint(old.catalogue.metrics[name])
    }


def test_an_edit_of_a_mapping_names_the_metrics_downstream(scratch: Scratch) -> None:
    before = scratch.definitions()
    scratch.edit(EVENTS, ("<> 'new'", "<> 'open'"))
    after = scratch.definitions()
    named = differing(before, after)
    assert {"median_resolution", "reopen_rate", "backlog"} <= named
    assert not named & {"dau", "nps", "mau"}
    old, new = (one.catalogue.metrics["backlog"] for one in (before, after))
    parts = {part.file: part.changes() for part in changed_parts(old, new, before, after)}
    (change,) = map(str, parts[EVENTS])
    assert change.startswith("zendesk/support_ticket_events: ")
    assert "'new' -> " in change


def test_another_way_to_write_it_names_none(scratch: Scratch) -> None:
    before = scratch.definitions()
    scratch.edit(
        TICKETS,
        ("as requester on", "as r on"),
        ("requester.", "r."),
        ("select\n", "select -- it\n"),
    )
    assert differing(before, scratch.definitions()) == set()


@pytest.mark.parametrize("top", ["/*\nvanished: kept\n", "/*\nrows: versions\n"])
def test_so_does_its_top(scratch: Scratch, top: str) -> None:
    before = scratch.definitions()
    scratch.edit(TICKETS, ("/*\n", top))
    assert "backlog" in differing(before, scratch.definitions())


def test_so_does_a_system_of_one_s_own(scratch: Scratch) -> None:
    before = scratch.definitions()
    folder = scratch.root / "systems" / "chat"
    folder.mkdir(parents=True)
    names = "t.id as event_id, t.who as actor_id, t.what as event_name, t.at as occurred_at"
    (folder / "usage_events.sql").write_text(f"select {names} from t")
    named = differing(before, scratch.definitions())
    assert {"dau", "mau"} <= named
    assert "nps" not in named
