"""Words of help desks and events that count for nothing: named, as the reference has them."""


import pytest

from hand_made import at, change, company, ticket
from harness.compare import differences, summary
from harness.landing import own_seeds
from harness.warehouse import built, compiled_for
from reference import Company, resolve
from reference.support_words import int_uncounted_ticket_events, int_unlisted_words
from strategies import random_company

NAMED = {
    "int_unlisted_words": (int_unlisted_words, ("word_type", "word")),
    "int_uncounted_ticket_events": (
        int_uncounted_ticket_events,
        ("uncounted_reason", "source_system", "ticket_id"),
    ),
}
COMPANIES = 12
HELP_DESKS = {
    "Zendesk": ("new open pending hold solved", "closed agent end-user"),
    "Freshdesk": ("open pending resolved", "closed agent requester"),
}


@pytest.mark.parametrize("seed", range(COMPANIES))
def test_what_counts_for_nothing_is_named(seed: int) -> None:
    landed = random_company(seed)
    world = resolve(landed)
    with built(landed, compiled_for(landed), NAMED) as warehouse:
        for model, (expected, key) in NAMED.items():
            told = differences(model, key, expected(world), warehouse.rows(model))
            assert not told, summary(told)


def of_words(event_type: str, role: str, status: str) -> Company:
    """Land a ticket that is replied to after an hour and ended after two, in a desk's words."""
    return company(
        "2025-02-01",
        seeds=own_seeds("support_words"),
        support_tickets=[
            ticket("t", "2025-01-06T10:00", status="new"),
            ticket("t", "2025-01-06T10:00", status=status, updated_at=at("2025-01-06T12:00")),
        ],
        support_ticket_events=[
            change("t", "2025-01-06T11:00", "reply", role),
            change("t", "2025-01-06T12:00", event_type, role),
        ],
    )
