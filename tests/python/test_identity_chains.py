"""Links that chain: long ones are followed in bounded time and memory, and to the right end."""

from collections.abc import Iterator
from datetime import datetime
from time import monotonic

import pytest

from harness.project import variant
from harness.warehouse import Warehouse
from reference.identity import Identity
from strategies_rows import seeded

LINKS = 100_000
# Some 3 seconds and 200 MB where nothing else runs. A recursion that keeps every step takes 1 GB
# for a twentieth of the links.
MOST_SECONDS = 120
MOST_MEMORY = "1GB"
MODELS = {"int_identity_links", "int_actor_people"}
GRAPHS = 200


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    """A warehouse that may use little memory and no disk."""
    with Warehouse(variant()) as made:
        made.query(f"set memory_limit = '{MOST_MEMORY}'")
        made.query("set max_temp_directory_size = '0KB'")
        yield made


def linked(warehouse: Warehouse, select: str) -> float:
    """Build the links of a query of actor_id and person_id; give the seconds that it took."""
    identities = variant().model("int_usage_identities").relation
    warehouse.query(
        f"create or replace table {identities} as select *, timestamp '2025-01-01' as linked_at, "
        "null::bigint as source_order, 1 as load_id, row_number() over () as landing_row, "
        "'accepted' as row_outcome "
        f"from ({select})"
    )
    begun = monotonic()
    warehouse.build(only=MODELS)
    return monotonic() - begun


def people(warehouse: Warehouse) -> list[tuple[int, str | None]]:
    """Give the persons with the number of actors that each of them is."""
    found = warehouse.query(
        f"select count(*) as actors, person_id "
        f"from {variant().model('int_actor_people').relation} group by person_id"
    )
    return sorted((row["actors"], row["person_id"]) for row in found)


def on_cycle(warehouse: Warehouse) -> set[str]:
    return {row["actor_id"] for row in warehouse.rows("int_identity_links") if row["is_on_cycle"]}


def test_a_long_chain_is_one_person(warehouse: Warehouse) -> None:
    seconds = linked(
        warehouse,
        f"select 'a' || i as actor_id, 'a' || (i + 1) as person_id from range({LINKS}) as t (i) "
        "order by hash(i)",
    )
    assert people(warehouse) == [(LINKS, f"a{LINKS}")]
    assert on_cycle(warehouse) == set()
    assert seconds < MOST_SECONDS


def test_a_long_cycle_is_set_aside_and_ends_a_long_chain(warehouse: Warehouse) -> None:
    half = LINKS // 2
    seconds = linked(
        warehouse,
        f"select 'a' || i as actor_id, 'a' || (i + 1) % {half} as person_id "
        f"from range({half}) as t (i) union all "
        f"select 'b' || i, case when i = 0 then 'a7' else 'b' || (i - 1) end "
        f"from range({half}) as t (i)",
    )
    assert people(warehouse) == [(half, "a7")]
    assert on_cycle(warehouse) == {f"a{number}" for number in range(half)}
    assert seconds < MOST_SECONDS


def random_links(graph: int) -> list[tuple[str, str]]:
    """Link most of some actors to others at random: chains, trees, cycles and chains into them."""
    rng = seeded(f"links-{graph}")
    size = rng.randint(1, 40)
    # near neighbours make chains and cycles long
    reach = rng.choice((1, 2, size))
    return [
        (f"{graph}-{actor}", f"{graph}-{(actor + rng.randint(1, reach)) % size}")
        for actor in range(size)
        if rng.random() < 0.98
    ]


def test_random_links_lead_where_the_reference_says(warehouse: Warehouse) -> None:
    links = [link for graph in range(GRAPHS) for link in random_links(graph)]
    values = ", ".join(f"('{actor}', '{person}')" for actor, person in links)
    linked(warehouse, f"select * from (values {values}) as t (actor_id, person_id)")
    moment, place = datetime.fromisoformat("2025-01-01"), {"load_id": 1, "landing_row": 1}
    identity = Identity(
        {"actor_id": actor, "person_id": person, "linked_at": moment} | place
        for actor, person in links
    )
    assert on_cycle(warehouse) == identity.on_cycle
    assert len(identity.on_cycle) > GRAPHS
    found = {row["actor_id"]: row["person_id"] for row in warehouse.rows("int_actor_people")}
    expected = {actor: identity.person_of(actor) for actor, _ in links}
    assert found == {actor: person for actor, person in expected.items() if actor != person}
