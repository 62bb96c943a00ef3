"""Random queries on the two tables, made from a list of numbers.

The same numbers give the same query, and numbers that differ in one place a query that differs in
one choice: the pairs that a fingerprint may confuse. Names are few, so that one name means many
things, and every query gives the same rows however DuckDB runs it.
"""

from collections.abc import Callable, Sequence

from meaning.small import TABLES

NAMES = ("x", "y", "k", "a")
Columns = tuple[str, ...]


class Grammar:
    """Writes one query; each choice takes the next number."""

    def __init__(self, numbers: Sequence[int]) -> None:
        self._numbers = list(numbers)
        self._taken = 0

    def choose(self, *options: str) -> str:
        number = self._numbers[self._taken % len(self._numbers)]
        self._taken += 1
        return options[number % len(options)]

    def is_so(self, chance_in: int = 3) -> bool:
        return self.choose(*(str(number) for number in range(chance_in))) == "0"

    def query(self, depth: int = 2) -> tuple[str, Columns]:
        kinds: dict[str, Callable[[int], tuple[str, Columns]]] = {
            "plain": self._plain,
            "grouped": self._grouped,
            "with": self._with,
            "union": self._union,
        }
        return kinds[self.choose("plain", "grouped", "plain", "with", "union")](depth)

    def _with(self, depth: int) -> tuple[str, Columns]:
        if not depth:
            return self._plain(depth)
        sql, columns = self.query(depth - 1)
        select, outer = self._plain(0, ("p", columns))
        return f"with p as ({sql}) {select}", outer

    def _union(self, depth: int) -> tuple[str, Columns]:
        sides = [self._plain(max(depth - 1, 0), width=2) for _ in range(2)]
        word = self.choose("union all", "union", "except", "intersect", "except all")
        return f"({sides[0][0]}) {word} ({sides[1][0]})", sides[0][1]

    def _source(self, depth: int, given: tuple[str, Columns] | None) -> tuple[str, Columns]:
        if given:
            return given
        if depth and self.is_so(2):
            sql, columns = self.query(depth - 1)
            return f"({sql})", columns
        name = self.choose(*TABLES)
        return f"main.{name}", TABLES[name]

    def _from(self, depth: int, given: tuple[str, Columns] | None) -> tuple[str, Columns]:
        first, columns = self._source(depth, given)
        known = tuple(f"r.{column}" for column in columns)
        if not self.is_so(2):
            return f"from {first} as r", known
        second, others = self._source(0, given)
        added = tuple(f"s.{column}" for column in others)
        kind = self.choose("inner", "left", "right", "full", "semi", "anti", "cross")
        clause = f"from {first} as r {kind} join {second} as s"
        if kind == "cross":
            return clause, known + added
        seen = known if kind in {"semi", "anti"} else known + added
        sides = self.choose(*known), self.choose(*added)
        return f"{clause} on {sides[0]} {self.choose('=', '<', '>=')} {sides[1]}", seen

    def _named(self, values: list[str]) -> tuple[str, Columns]:
        """Name values, each by a name of its own."""
        names: list[str] = []
        for _ in values:
            free = [name for name in NAMES if name not in names]
            names.append(self.choose(*free))
        told = (f"{value} as {name}" for value, name in zip(values, names, strict=True))
        return ", ".join(told), tuple(names)

    def _plain(
        self, depth: int, given: tuple[str, Columns] | None = None, width: int = 0
    ) -> tuple[str, Columns]:
        clause, known = self._from(depth, given)
        width = width or int(self.choose("2", "1", "3"))
        values = [self._value(known) for _ in range(width)]
        listed, names = self._named(values)
        distinct = self.choose("", "", "distinct ", f"distinct on ({values[0]}) ")
        sql = f"select {distinct}{listed} {clause}"
        if self.is_so(2):
            sql += f" where {self._condition(known, names)}"
        if self.is_so():
            ranked = (
                f"rank() over (partition by {self._scalar(known)} order by {self.choose(*known)})"
            )
            sql += f" qualify {ranked} = 1"
        return sql + self._limit(names, is_needed="on" in distinct), names

    def _limit(self, names: Columns, *, is_needed: bool) -> str:
        """Write an order that leaves nothing to chance, and how many rows of it."""
        if not is_needed and not self.is_so():
            return ""
        ways = ", ".join(f"{name} {self.choose('asc', 'desc')}" for name in names)
        return f" order by {ways}" + self.choose("", " limit 1", " limit 2", " limit 1 offset 1")

    def _grouped(self, depth: int) -> tuple[str, Columns]:
        clause, known = self._from(depth, None)
        keys = [self._scalar(known) for _ in range(int(self.choose("1", "0", "2")))]
        totals = [self._total(known) for _ in range(int(self.choose("1", "2")))]
        listed, names = self._named([*keys, *totals])
        sql = f"select {listed} {clause}"
        if self.is_so():
            sql += f" where {self._condition(known, ())}"
        if keys:
            group = ", ".join(keys)
            sql += f" group by {self.choose(group, f'rollup ({group})', 'all', group)}"
        if self.is_so():
            sql += f" having {self._total(known)} > {self.choose('0', '1')}"
        return sql + self._limit(names, is_needed=False), names

    def _total(self, known: Columns) -> str:
        column = self.choose(*known)
        return self.choose(
            "count(*)",
            f"sum({column})",
            f"max({column})",
            f"count(distinct {column})",
            f"product({column})",
            f"count(*) filter (where {column} > 1)",
            f"list({column} order by {column})[1]",
        )

    def _scalar(self, known: Columns) -> str:
        first, second = self.choose(*known), self.choose(*known)
        return self.choose(
            first,
            f"{first} + {second}",
            f"{first} - {second}",
            f"coalesce({first}, {self.choose('0', '1')})",
            f"case when {first} > {self.choose('0', '1')} then {second} end",
        )

    def _value(self, known: Columns) -> str:
        first, second = self.choose(*known), self.choose(*known)
        return self.choose(
            first,
            self._scalar(known),
            self._scalar(known),
            f"sum({first}) over (partition by {second})",
            f"rank() over (order by {first} {self.choose('desc', 'asc')} nulls last)",
            f"(select max({self.choose('k', 'c')}) from main.u where u.k = {first})",
        )

    def _condition(self, known: Columns, names: Columns) -> str:
        column = self.choose(*known)
        named = self.choose(*(names or known))
        return self.choose(
            f"{column} > {self.choose('0', '1', '2')}",
            f"{named} = {self.choose('0', '1')}",
            f"{column} is not null",
            f"{column} = {self.choose(*known)}",
            f"exists (select 1 from main.u where u.{self.choose('k', 'c')} = {column})",
            f"{column} in (select {self.choose('k', 'c')} from main.u)",
            f"not ({column} = 1 or {self.choose(*known)} = 2)",
        )
