"""Words that nobody listed, and events that count for nothing: named as the reference has them."""

import pytest

from harness.compare import differences, summary
from harness.warehouse import built, compiled_for
from reference import resolve
from reference.support_words import int_uncounted_ticket_events, int_unlisted_words
from strategies import random_company

NAMED = {
    int_unlisted_words: ("word_type", "word"),
    int_uncounted_ticket_events: ("uncounted_reason", "source_system", "ticket_id"),
}


@pytest.mark.parametrize("seed", range(12))
def test_what_counts_for_nothing_is_named(seed: int) -> None:
    company = random_company(seed)
    world = resolve(company)
    names = [expected.__name__ for expected in NAMED]
    with built(company, compiled_for(company), names) as warehouse:
        for expected, key in NAMED.items():
            rows = warehouse.rows(expected.__name__)
            told = differences(expected.__name__, key, expected(world), rows)
            assert not told, summary(told)
