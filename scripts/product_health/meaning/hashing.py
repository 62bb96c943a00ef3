"""A fingerprint of what a query means, down to the relations that it reads.

The meaning of a query is a pair: which rows there are, and what each column holds. Both are hashed
from the syntax tree, in which every column stands for the hash of what it holds and every relation
for the hash of its rows. So names vanish: of CTEs, aliases, models, columns that are passed on.
Comments, formatting and the order of columns were never part of it, and a column that nobody reads
changes nothing.

What is not known to be looked into is refused (UnreadableError), never passed over.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from product_health.meaning.aggregates import is_aggregate
from product_health.meaning.digests import digest, note
from product_health.meaning.readable import UnreadableError, refuse, says


@dataclass(frozen=True)
class Meaning:
    """Which rows a relation has, and what each column holds, as hashes; columns in order."""

    rows: str
    columns: Mapping[str, str]

    def of(self, columns: Iterable[str]) -> str:
        """Give the fingerprint of these columns of the relation, in this order."""
        return digest(self.rows, *(self.column(name) for name in columns))

    def column(self, name: str) -> str:
        """Give the hash of a column; one that the relation is not known to have is its name."""
        return self.columns.get(name) or digest("unknown column", self.rows, name)

    @property
    def whole(self) -> str:
        """Give the hash of the rows and all columns, whatever they are called."""
        return digest("whole", self.rows, *sorted(self.columns.values()))


@dataclass
class _Scope:
    """The relations that a SELECT names, by alias, in order; and those it may name.

    `outputs` are its projections by name, which other parts of it may name as well.
    """

    known: Mapping[str, Meaning]
    sources: dict[str, Meaning] = field(default_factory=dict)
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    outputs: dict[str, exp.Expr] = field(default_factory=dict)
    outer: "_Scope | None" = None

    def column(self, column: exp.Column | exp.TableColumn) -> str:
        """Give what a column stands for: its relation's place in the query, and its hash."""
        if isinstance(column, exp.TableColumn):
            return self.row(column.name.lower())
        if not column.table:
            return self._unqualified(column)
        scope: _Scope | None = self
        depth = 0
        while scope is not None:
            if column.table in scope.sources:
                return scope.placed(column.table, column.name, depth)
            scope, depth = scope.outer, depth + 1
        message = f"{column.sql()} is a column of no relation there"
        raise UnreadableError(message)

    def row(self, alias: str) -> str:
        """Give what a relation stands for where it is named as a value: all its columns."""
        scope: _Scope | None = self
        while scope is not None and alias not in scope.sources:
            scope = scope.outer
        if scope is None or not scope.sources[alias].columns:
            message = f"{alias} stands for columns that are not known"
            raise UnreadableError(message)
        return digest("row", *map("=".join, scope.sources[alias].columns.items()))

    def placed(self, alias: str, name: str, depth: int = 0) -> str:
        """Give a column of a relation that this SELECT names."""
        place = list(self.sources).index(alias)
        return f"{depth}.{place}:{self.sources[alias].column(name)}"

    def _unqualified(self, column: exp.Column) -> str:
        """Give what a name without a relation stands for: an output, or a column not known before.

        Which of both DuckDB takes depends on the clause; where both are there, both are meant.
        """
        name = column.name.lower()
        meant = {
            self.placed(alias, name)
            for alias, source in self.sources.items()
            if name in source.columns or not source.columns
        }
        if name in self.outputs:
            others = {key: value for key, value in self.outputs.items() if key != name}
            inner = _Scope(self.known, self.sources, self.windows, others, self.outer)
            meant.add(_token(self.outputs[name], inner))
        if not meant or (len(meant) > 1 and name not in self.outputs):
            message = f"{column.sql()} may be a column of more than one relation, or of none"
            raise UnreadableError(message)
        return meant.pop() if len(meant) == 1 else f"either({';'.join(sorted(meant))})"


def meaning(query: exp.Expr, relations: Mapping[str, Meaning]) -> Meaning:
    """Give the meaning of a qualified query; `relations` are what tables it may read mean.

    Keys of `relations` are names as `relation_name` gives them. UnreadableError where one is
    missing, or a part of the query is of a kind that is not looked into.
    """
    for node in query.walk():
        refuse(node)
    return _query(query, _Scope(relations))


def relation_name(table: exp.Table) -> str:
    """Give the name of a table without quotes: catalog.schema.table, or less."""
    return ".".join(part.name for part in table.parts).lower()


def _query(query: exp.Expr, scope: _Scope) -> Meaning:
    if isinstance(query, exp.Subquery):
        return _query(query.this, _with_ctes(query, scope))
    scope = _with_ctes(query, scope)
    if isinstance(query, exp.SetOperation):
        return _set_operation(query, scope)
    if isinstance(query, exp.Select):
        return _select(query, scope)
    if isinstance(query, exp.Values):
        return _opaque(query, scope)
    message = f"a {query.key} cannot be read as a query"
    raise UnreadableError(message)


def _with_ctes(query: exp.Expr, scope: _Scope) -> _Scope:
    """Add the CTEs of a query to what it may name."""
    clause = query.args.get("with_")
    if not clause:
        return scope
    known = dict(scope.known)
    for cte in clause.expressions:
        read = _recursive if clause.args.get("recursive") else _once
        found = read(cte, _Scope(known, outer=scope.outer))
        known[cte.alias.lower()] = _renamed(found, cte.args["alias"].columns)
    return _Scope(known, outer=scope.outer)


def _once(cte: exp.CTE, scope: _Scope) -> Meaning:
    return _query(cte.this, scope)


def _recursive(cte: exp.CTE, scope: _Scope) -> Meaning:
    """Read a CTE that may read itself: a step reads all that start and step made of its columns.

    So what it stands for within itself has to change with any part of it, which a first reading
    tells.
    """
    whole = ""
    for _ in range(2):
        itself = _itself(cte, scope.known, whole)
        found = _query(
            cte.this, _Scope({**scope.known, cte.alias.lower(): itself}, outer=scope.outer)
        )
        whole = found.whole
    _note_itself(itself, found)
    return found


def _itself(cte: exp.CTE, known: Mapping[str, Meaning], whole: str) -> Meaning:
    """Give what a recursive CTE stands for within itself, column by column."""
    # one within another must not stand for the outer one
    depth = str(sum(found.rows.startswith(_ITSELF) for found in known.values()))
    names = [column.name for column in cte.args["alias"].columns] or [
        projection.alias_or_name for projection in cte.this.selects
    ]
    columns = {
        name.lower(): digest("itself", whole, depth, str(place)) for place, name in enumerate(names)
    }
    return Meaning(_ITSELF + digest("itself", whole, depth), columns)


_ITSELF = "itself:"


def _note_itself(itself: Meaning, found: Meaning) -> None:
    """Note that what a recursive CTE reads of itself is what it holds in the end."""
    for inner, outer in zip(itself.columns.values(), found.columns.values(), strict=False):
        note(inner, ("in the end", outer))


def _renamed(found: Meaning, names: list[exp.Expr]) -> Meaning:
    """Give the first columns other names; the rest keep theirs."""
    if not names:
        return found
    columns = list(found.columns.items())
    fresh = [(name.name.lower(), held) for name, (_, held) in zip(names, columns, strict=False)]
    return Meaning(found.rows, dict(fresh + columns[len(fresh) :]))


def _set_operation(query: exp.SetOperation, scope: _Scope) -> Meaning:
    """Hash columns of both sides by their place, under the names of the left side."""
    left, right = _query(query.left, scope), _query(query.right, scope)
    if len(left.columns) != len(right.columns):
        message = f"the sides of a {query.key} do not have the same number of columns"
        raise UnreadableError(message)
    columns = {
        name: digest(query.key, first, second)
        for (name, first), second in zip(left.columns.items(), right.columns.values(), strict=True)
    }
    parts = [query.key, str(bool(query.args.get("distinct"))), left.rows, right.rows]
    if query.args.get("distinct") or not isinstance(query, exp.Union):
        parts += columns.values()
    # ORDER BY names columns of the result
    result = _Scope(scope.known, {"": Meaning("", columns)}, outer=scope.outer)
    return Meaning(digest(*parts, *_ordered(query, result, columns)), columns)


def _select(query: exp.Select, scope: _Scope) -> Meaning:
    inner = _Scope(scope.known, outer=scope.outer)
    origins = _from(query, inner)
    inner.windows = {window.name.lower(): window for window in query.args.get("windows") or []}
    inner.outputs = {one.alias.lower(): one.unalias() for one in query.expressions if one.alias}
    columns: dict[str, str] = {}
    for place, projection in enumerate(query.expressions):
        name = projection.alias_or_name.lower()
        # later branches of a union need no names, so theirs may be there twice
        columns[f"{name}#{place}" if name in columns else name] = _column(projection, inner)
    clauses = _clauses(query, inner, columns)
    is_row_kept = len(origins) == 1 and not clauses
    if is_row_kept and len(inner.sources) == 1:
        return Meaning(next(iter(inner.sources.values())).rows, columns)
    return Meaning(digest("select", *origins, *clauses), columns)


def _from(query: exp.Select, scope: _Scope) -> list[str]:
    """Note the relations of FROM and the joins in the scope; give a hash for each."""
    origins = []
    clause = query.args.get("from_")
    if clause:
        origins.append(_source(clause.this, scope))
    for join in query.args.get("joins") or []:
        source = _source(join.this, scope)
        using = ",".join(name.name.lower() for name in join.args.get("using") or [])
        condition = _token(join.args.get("on"), scope)
        origins.append(digest("join", _join_kind(join), source, using, condition))
    laterals = [_source(lateral, scope) for lateral in query.args.get("laterals") or []]
    return origins + laterals


def _join_kind(join: exp.Join) -> str:
    """Give what kind of join it is; LEFT is LEFT OUTER, and a plain one is INNER."""
    words = [str(join.args.get(name) or "").upper() for name in ("method", "side", "kind")]
    return " ".join(word for word in words if word not in {"", "OUTER", "INNER", "CROSS"})


def _source(source: exp.Expr, scope: _Scope) -> str:
    alias = source.alias_or_name.lower()
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        name = relation_name(source)
        if name not in scope.known:
            message = f"{name} is no relation of the project"
            raise UnreadableError(message)
        found = scope.known[name]
    elif isinstance(source, exp.Subquery):
        found = _query(source, _Scope(scope.known, outer=scope))
    else:
        found = _opaque(source, scope)
    names = source.args["alias"].columns if source.args.get("alias") else []
    found = _renamed(found, names)
    if alias in scope.sources:
        message = f"two relations are called {alias!r}"
        raise UnreadableError(message)
    scope.sources[alias] = found
    return found.rows


def _opaque(source: exp.Expr, scope: _Scope) -> Meaning:
    """Give the meaning of a table function or VALUES: its text, column by place."""
    alias = source.args.get("alias")
    names = [name.name.lower() for name in alias.columns] if alias else []
    said = [
        f"{name}={_token(part, scope)}" for name, part in source.args.items() if name != "alias"
    ]
    rows = digest("opaque", source.key, *sorted(said))
    known = {name: digest("column", rows, str(place)) for place, name in enumerate(names)}
    return Meaning(rows, known)


def _clauses(query: exp.Select, scope: _Scope, columns: Mapping[str, str]) -> list[str]:
    """Hash what decides which rows there are."""
    found = [
        digest(name, _token(query.args[name].this, scope))
        for name in ("where", "having", "qualify")
        if query.args.get(name)
    ]
    if query.args.get("group"):
        found.append(_groups(query, scope))
    elif any(is_aggregate(part, query) for part in _parts(query)):
        found.append("one row")
    distinct = query.args.get("distinct")
    if distinct and distinct.args.get("on"):
        found.append(digest("distinct on", _token(distinct.args["on"], scope)))
    elif distinct:
        found.append(digest("distinct", *sorted(columns.values())))
    if any(_multiplies(projection) for projection in query.expressions):
        found.append(digest("multiplies", *sorted(columns.values())))
    return found + _ordered(query, scope, columns)


def _parts(query: exp.Select) -> list[exp.Expr]:
    """Give the parts of a SELECT in which an aggregate makes one row of all."""
    clauses = (query.args.get(name) for name in ("having", "qualify", "order"))
    return [*query.expressions, *(clause for clause in clauses if clause)]


def _groups(query: exp.Select, scope: _Scope) -> str:
    group = query.args["group"]
    keys = group.expressions
    if group.args.get("all"):
        keys = [one.unalias() for one in query.expressions if not is_aggregate(one, query)]
    rest = (f"{name}={_token(group.args.get(name), scope)}" for name in _SETS)
    return digest("group", *sorted({_token(key, scope) for key in keys}), *rest)


_FRAME = ("partition_by", "order", "spec")
_SETS = ("cube", "rollup", "grouping_sets", "totals")
_MULTIPLIES = (exp.Explode, exp.Unnest, exp.ExplodingGenerateSeries)


def _multiplies(projection: exp.Expr) -> bool:
    """Whether a projection makes several rows of one."""
    called = (found.name.lower() for found in projection.find_all(exp.Anonymous))
    return bool(projection.find(*_MULTIPLIES)) or "generate_subscripts" in called


def _ordered(query: exp.Expr, scope: _Scope, columns: Mapping[str, str]) -> list[str]:
    """Hash ORDER BY, LIMIT and OFFSET: order alone counts too, for first() and list() above it."""
    parts = [query.args.get(name) for name in ("order", "limit", "offset")]
    if not any(parts):
        return []
    is_by_all = parts[0] and any(isinstance(one.this, exp.Var) for one in parts[0].expressions)
    named = columns.values() if is_by_all else ()
    return [digest("ordered", *(_token(part, scope) for part in parts), *named)]


def _column(projection: exp.Expr, scope: _Scope) -> str:
    """Hash a column; one that is merely passed on from the only relation keeps its hash."""
    inner = projection.unalias()
    if isinstance(inner, exp.Column) and inner.table in scope.sources and len(scope.sources) == 1:
        return scope.sources[inner.table].column(inner.name)
    return digest("column", _token(inner, scope))


def _token(node: object, scope: _Scope) -> str:
    """Write a part of the syntax tree as text in which names are replaced by meanings."""
    if isinstance(node, exp.Column | exp.TableColumn):
        return scope.column(node)
    if isinstance(node, exp.Paren):
        return _token(node.this, scope)
    if isinstance(node, exp.Query):
        found = _query(node, _Scope(scope.known, outer=scope))
        return digest("query", found.rows, *found.columns.values())
    if isinstance(node, exp.Window) and node.alias:
        node = _named_window(node, scope)
    if isinstance(node, exp.Expr):
        said = sorted((name, value) for name, value in node.args.items() if says(value))
        return f"{node.key}({','.join(f'{name}={_token(value, scope)}' for name, value in said)})"
    if isinstance(node, list):
        return f"[{';'.join(_token(part, scope) for part in node)}]"
    # quoted, so that no literal looks like a part of the tree
    return repr(node) if isinstance(node, str) else str(node)


def _named_window(node: exp.Expr, scope: _Scope) -> exp.Window:
    """Write a window that names another one as one that names none."""
    alias = node.alias.lower()
    if alias not in scope.windows:
        message = f"there is no window {alias!r}"
        raise UnreadableError(message)
    named = scope.windows[alias]
    if named.alias:
        named = _named_window(named, scope)
    # a copy, because a node that is put elsewhere forgets the query that it stands in
    plain, named = node.copy(), named.copy()
    frame = {name: plain.args.get(name) or named.args.get(name) for name in _FRAME}
    return exp.Window(this=plain.this, over="OVER", **frame)
