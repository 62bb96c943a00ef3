"""What is new of what is: rows that are later, or say something else, than what was landed.

Such a row has its own version where that is later than what was landed of its key. Else its
version is the time of the sync, because that is from when the source says so: a row that changed
and kept its time, one that goes back to what it was, one that was deleted and is back. A key that
is gone is landed once more, as deleted, as of the sync; what it was before stays. Of a source that
keeps versions itself the earlier ones are landed too.
"""

from dataclasses import dataclass
from functools import cached_property

from product_health.contract import BARE_DATES, IS_DELETED, RECEIVED_AT
from product_health.landing import sql
from product_health.landing.sync.rows import News, Rows, ordered

PLACE = "place"  # earlier versions, what is said now, deletions
EARLIER, NOW, GONE = 0, 1, 2


@dataclass(frozen=True)
class Versions:
    """The steps from the rows of a source to what is new; each fills a temporary table."""

    rows: Rows

    def news(self) -> News:
        """Return what is new of an entity with versions."""
        rows = self.rows
        rows.create_view()
        self._read()
        repeated = self._find_latest()
        earlier = self._find_earlier() if rows.mapping.rows == "versions" else 0
        new, changed = self._find_news()
        bad = self._find_bad()
        alive, vanished = self._find_vanished()
        deleted = self._find_deleted()
        selects = [
            *([self._contents()] if new + changed + earlier else []),
            *([self._bad_rows()] if bad else []),
            *([self._vanished_rows()] if vanished else []),
            *([self._deleted_rows()] if deleted else []),
        ]
        order = f"{rows.version}, {PLACE}, {rows.key_list}"
        select = f"select * exclude ({PLACE}) from ({ordered(selects, order)})" if selects else None
        return News(
            select,
            new=new + earlier + bad,
            changed=changed,
            deleted=vanished + deleted,
            vanished=vanished,
            alive=alive,
            repeated=repeated,
            shared=rows.shared("(select * from news where is_new)"),
            **rows.left_out(),
        )

    @cached_property
    def _hash(self) -> str:
        """What a row says, without its version; of a row without identity all of it."""
        rows = self.rows
        return (
            f"case when {rows.is_bad()} then {rows.content()} "
            f"else {rows.content(rows.entity.version)} end"
        )

    @cached_property
    def _may_repeat(self) -> bool:
        """Whether the source may have rows twice."""
        distinct = f"select distinct {self.rows.key_list}, version, content from present"
        return bool(
            self.rows.one(
                f"select (select count(*) from ({distinct})) < (select count(*) from present)"
            )
        )

    @property
    def _sync_at(self) -> str:
        return sql.timestamp(self.rows.sync_at)

    def _read(self) -> None:
        """Fill `present` from the source and `landed` from what was landed."""
        rows = self.rows
        said = (
            f"{rows.key_list}, {rows.version} as version, {self._hash} as content, "
            f"{rows.is_bad()} as is_bad, coalesce({IS_DELETED.name}, false) as is_gone"
        )
        rows.table("present", f"select {said}, {RECEIVED_AT.name} as received_at from mapped")
        rows.table("landed", f"select {said}, load_id, landing_row from {rows.known.relation}")

    def _find_latest(self) -> int:
        """Fill `latest` and `last`, with the last row of each key there and here."""
        rows, keys = self.rows, self.rows.key_list
        count = rows.table(
            "latest",
            f"select {keys}, unnest(arg_max("
            "struct_pack(version, content, is_gone, received_at), "
            "struct_pack(version, content, is_gone))) "
            f"from present where not is_bad group by {keys}",
        )
        rows.table("last", self._last("landed"))
        if rows.mapping.rows == "versions":
            return 0
        return int(rows.one("select count(*) from present where not is_bad")) - count

    def _last(self, relation: str) -> str:
        keys = self.rows.key_list
        return (
            f"select {keys}, unnest(arg_max("
            "struct_pack(version, content, is_gone, load_id, landing_row), "
            f"struct_pack(version, load_id, landing_row))) from {relation} "
            f"where not is_bad group by {keys}"
        )

    def _find_earlier(self) -> int:
        """Fill `earlier` with versions before the latest that were not landed; they count then."""
        rows, keys = self.rows, self.rows.key_list
        count = rows.table(
            "earlier",
            f"select {keys}, version, content from (select *, "
            f"row_number() over (partition by {keys} order by version desc, content desc) as back "
            "from present where not is_bad) as l "
            "where back > 1 and not exists "
            f"(select 1 from landed as r where {rows.same('l', 'r', 'version', 'content')})",
        )
        if count:
            added = (
                f"select {keys}, version, content, false as is_bad, false as is_gone, "
                "cast(9e18 as bigint) as load_id, 0 as landing_row from earlier"
            )
            rows.table("last", self._last(f"(select * from landed union all {added})"))
        return count

    def _find_news(self) -> tuple[int, int]:
        """Fill `news` with what is said now, where it is not what was landed last."""
        rows = self.rows
        keys = ", ".join(f"l.{name}" for name in rows.keys)
        rows.table(
            "news",
            f"select {keys}, l.version, l.content, r.version is null as is_new, "
            "case when r.version is null or l.version > r.version then l.version "
            f"else greatest({self._sync_at}, r.version) end as as_of "
            f"from latest as l left join last as r on {rows.same('l', 'r')} "
            "where r.version is null or l.content <> r.content or l.version > r.version "
            "or (r.is_gone and not l.is_gone)",
        )
        found = rows.execute("select count(*) filter (is_new), count(*) from news").fetchall()[0]
        return found[0], found[1] - found[0]

    def _find_bad(self) -> int:
        return self.rows.table(
            "bad",
            "select distinct content from present where is_bad "
            "except select content from landed where is_bad",
        )

    def _find_vanished(self) -> tuple[int, int]:
        """Fill `vanished` with what is not there any more; return what was there before, too."""
        rows = self.rows
        alive = rows.one("select count(*) from last where not is_gone")
        if rows.mapping.vanished == "kept" or rows.state.is_open:
            return alive, 0
        count = rows.table(
            "vanished",
            f"select l.* from last as l anti join present as r on {rows.same('l', 'r')} "
            "where not l.is_gone",
        )
        return alive, count

    def _find_deleted(self) -> int:
        """Fill `deleted` with what the source keeps and calls deleted."""
        rows = self.rows
        keys = ", ".join(f"l.{name}" for name in rows.keys)
        return rows.table(
            "deleted",
            f"select {keys}, l.version, l.content, "
            "greatest(l.received_at, n.as_of, r.version) as as_of "
            f"from latest as l left join last as r on {rows.same('l', 'r')} "
            f"left join news as n on {rows.same('l', 'n')} "
            "where l.is_gone and (n.as_of is not null or not r.is_gone)",
        )

    def _contents(self) -> str:
        rows, keys = self.rows, self.rows.key_list
        found = f"select {keys}, version, content, as_of, {NOW} as {PLACE} from news"
        if rows.mapping.rows == "versions":
            found += f" union all select {keys}, version, content, version, {EARLIER} from earlier"
        return self._from_source(f"({found})", "null::boolean")

    def _deleted_rows(self) -> str:
        return self._from_source(f"(select *, {GONE} as {PLACE} from deleted)", "true")

    def _from_source(self, found: str, is_deleted: str) -> str:
        """Return a SELECT of rows of the source with another version, and deleted or not."""
        rows = self.rows
        once = f"distinct on ({rows.key_list}, version, content) " if self._may_repeat else ""
        source = f"select {once}*, {rows.version} as version, {self._hash} as content from mapped"
        return (
            f"select l.* exclude (version, content) replace ({self._replaced(is_deleted)}), "
            f"r.{PLACE} from ({source}) as l "
            f"inner join {found} as r on {rows.same('l', 'r', 'version', 'content')}"
        )

    def _vanished_rows(self) -> str:
        """Return a SELECT of the rows that were landed last, as deleted."""
        columns = ", ".join(sql.identifier(c.name) for c in self.rows.entity.row_columns)
        found = f"(select *, greatest({self._sync_at}, version) as as_of from vanished)"
        return (
            f"select {columns}, {GONE} as {PLACE} from ("
            f"select l.* replace ({self._replaced('true')}) "
            f"from {self.rows.known.relation} as l inner join {found} as r "
            "on l.load_id = r.load_id and l.landing_row = r.landing_row)"
        )

    def _replaced(self, is_deleted: str) -> str:
        """Return what is other than in the row; the time of a sync is no bare date."""
        version = str(self.rows.entity.version)
        bare = (
            "nullif(array_to_string(list_filter(string_split(l.bare_dates, ','), "
            f"lambda name: name <> {sql.text(version)}), ','), '')"
        )
        return (
            f"r.as_of as {self.rows.version}, {is_deleted} as {IS_DELETED.name}, "
            f"case when r.as_of = l.{self.rows.version} then l.bare_dates else {bare} end "
            f"as {BARE_DATES.name}, case when r.as_of = l.{self.rows.version} then l.received_at "
            f"else greatest(l.received_at, r.as_of) end as {RECEIVED_AT.name}"
        )

    def _bad_rows(self) -> str:
        return (
            f"select * exclude (is_bad, content), {NOW} as {PLACE} "
            f"from (select distinct on (content) *, {self.rows.is_bad()} as is_bad, "
            f"{self._hash} as content from mapped) "
            "where is_bad and content in (select content from bad)"
        )
