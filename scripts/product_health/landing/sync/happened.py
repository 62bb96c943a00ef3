"""What is new of what happened: rows whose key was not landed yet.

A row that does not parse, or has no key, is new where no row of the same content was landed.
"""

from product_health.contract import SOURCE_ORDER
from product_health.landing import sql
from product_health.landing.sync.rows import News, Rows


def news(rows: Rows) -> News:
    """Return what is new of an entity without versions."""
    rows.create_view()
    left_out = rows.left_out()
    if not rows.known.load_ids:
        count = rows.one("select count(*) from mapped")
        select = _ordered(rows, "select * from mapped") if count else None
        return News(select, new=count, shared=rows.shared("mapped"), **left_out)
    identity = f"{rows.key_list}, {_bad(rows)} as bad"
    present = rows.table("present", f"select {identity} from mapped")
    known = f"(select {identity} from {rows.known.relation})"
    same = rows.same("l", "r", "bad")
    rows.table("landed", f"select distinct l.* from {known} as l semi join present as r on {same}")
    count = rows.table("news", f"select l.* from present as l anti join landed as r on {same}")
    alive = sum(row["row_count"] for row in rows.known.rows)
    vanished = alive if rows.since is None and not present else 0
    taken = (
        f"select l.* exclude (bad) from (select *, {_bad(rows)} as bad from mapped) as l "
        f"semi join news as r on {same}"
    )
    return News(
        _ordered(rows, taken) if count else None,
        new=count,
        vanished=vanished,
        alive=alive,
        shared=rows.shared("news"),
        **left_out,
    )


def _bad(rows: Rows) -> str:
    """Return SQL for the content of a row that has no key to go by, and 0 for the others."""
    return f"case when {rows.is_bad()} then {rows.content()} else 0 end"


def _ordered(rows: Rows, select: str) -> str:
    time = sql.identifier(str(rows.entity.event_time))
    return f"{select} order by {time}, {SOURCE_ORDER.name}, {rows.key_list}"
