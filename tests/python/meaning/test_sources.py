"""Sources are told apart by where they are, not by the name of a table alone."""

from dataclasses import replace

from product_health.compiled.project import Source
from product_health.meaning.mappings import of_source

USERS = Source(
    unique_id="source.product_health.landing.users",
    name="users",
    relation='"product_health"."landing"."users"',
    types={"id": "text"},
    is_register=False,
)


def test_tables_of_one_name_in_two_places_are_two() -> None:
    others = (
        replace(USERS, unique_id="source.product_health.crm.users"),
        replace(USERS, relation='"product_health"."crm"."users"'),
        replace(USERS, relation='"product_health"."landing"."users_of_2026"'),
    )
    found = [of_source(source) for source in (USERS, *others)]
    assert len({one.rows for one in found}) == len(found)
    assert len({one.column("id") for one in found}) == len(found)
