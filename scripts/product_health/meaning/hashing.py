"""A fingerprint of what a query means, down to the relations that it reads.

The meaning of a query is a pair: which rows there are, and what each column holds. Both are hashed
from the syntax tree, in which every column stands for the hash of what it holds and every relation
for the hash of its rows. So names vanish: of CTEs, aliases, models, columns that are passed on.
Comments, formatting and the order of columns were never part of it, and a column that nobody reads
changes nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlglot import exp


@dataclass(frozen=True)
class Meaning:
    """Which rows a relation has, and what each column holds, as hashes; columns in order."""

    rows: str
    columns: Mapping[str, str]

    def of(self, columns: Iterable[str]) -> str:
        """Give the fingerprint of these columns of the relation."""
        return digest(self.rows, *sorted(self.columns[name] for name in columns))

    def column(self, name: str) -> str:
        """Give the hash of a column; one that the relation is not known to have is its name."""
        return self.columns.get(name) or digest("unknown column", self.rows, name)


def digest(*parts: str) -> str:
    """Give a short hash of texts in order."""
    joined = "\0".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode()).hexdigest()[:24]


@dataclass
class _Scope:
    """The relations that a SELECT names, by alias, in order; and those it may name."""

    known: Mapping[str, Meaning]
    sources: dict[str, Meaning] = field(default_factory=dict)
    windows: dict[str, exp.Expr] = field(default_factory=dict)
    outer: "_Scope | None" = None

    def column(self, column: exp.Column) -> str:
        """Give what a column stands for: its relation's place in the query, and its hash."""
        scope: _Scope | None = self
        depth = 0
        while scope is not None:
            if column.table in scope.sources:
                place = list(scope.sources).index(column.table)
                return f"{depth}.{place}:{scope.sources[column.table].column(column.name)}"
            scope, depth = scope.outer, depth + 1
        return f"name:{column.name}"


def meaning(query: exp.Expr, relations: Mapping[str, Meaning]) -> Meaning:
    """Give the meaning of a qualified query; `relations` are what tables it may read mean.

    Keys of `relations` are names as `relation_name` gives them. KeyError where one is missing.
    """
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
    raise KeyError(message)


def _with_ctes(query: exp.Expr, scope: _Scope) -> _Scope:
    """Add the CTEs of a query to what it may name."""
    clause = query.args.get("with_") or query.args.get("with")
    if not clause:
        return scope
    known = dict(scope.known)
    for cte in clause.expressions:
        if clause.args.get("recursive"):
            # within itself a recursive CTE stands for itself, column by column
            names = _output_names(cte.this)
            columns = {name: digest("itself", str(place)) for place, name in enumerate(names)}
            known[cte.alias.lower()] = Meaning(digest("itself"), columns)
        found = _query(cte.this, _Scope(known, outer=scope.outer))
        known[cte.alias.lower()] = _renamed(found, cte.args["alias"].columns)
    return _Scope(known, outer=scope.outer)


def _output_names(query: exp.Query) -> list[str]:
    return [projection.alias_or_name.lower() for projection in query.selects]


def _renamed(found: Meaning, names: list[exp.Expr]) -> Meaning:
    if not names:
        return found
    pairs = zip((name.name.lower() for name in names), found.columns.values(), strict=False)
    return Meaning(found.rows, dict(pairs))


def _set_operation(query: exp.SetOperation, scope: _Scope) -> Meaning:
    """Hash columns of both sides by their place, under the names of the left side."""
    left, right = _query(query.left, scope), _query(query.right, scope)
    columns = {
        name: digest("union", first, second)
        for (name, first), second in zip(left.columns.items(), right.columns.values(), strict=True)
    }
    parts = [query.key, str(bool(query.args.get("distinct"))), left.rows, right.rows]
    if query.args.get("distinct") or not isinstance(query, exp.Union):
        parts += columns.values()
    return Meaning(digest(*parts, *_ordered(query, scope)), columns)


def _select(query: exp.Select, scope: _Scope) -> Meaning:
    inner = _Scope(scope.known, outer=scope.outer)
    origins = _from(query, inner)
    inner.windows = {window.name.lower(): window for window in query.args.get("windows") or []}
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
    clause = query.args.get("from_") or query.args.get("from")
    if clause:
        origins.append(_source(clause.this, scope))
    for join in query.args.get("joins") or []:
        source = _source(join.this, scope)
        kind = " ".join(str(join.args.get(name) or "") for name in ("method", "side", "kind"))
        using = ",".join(name.name.lower() for name in join.args.get("using") or [])
        condition = _token(join.args.get("on"), scope)
        is_plain = kind.strip().upper() in {"", "INNER", "CROSS"}
        origins.append(digest("join", "inner" if is_plain else kind, source, using, condition))
    laterals = [_source(lateral, scope) for lateral in query.args.get("laterals") or []]
    return origins + laterals


def _source(source: exp.Expr, scope: _Scope) -> str:
    alias = source.alias_or_name.lower()
    if isinstance(source, exp.Table) and isinstance(source.this, exp.Identifier):
        found = scope.known[relation_name(source)]
    elif isinstance(source, exp.Subquery):
        found = _query(source, _Scope(scope.known, outer=scope))
    else:
        found = _opaque(source, scope)
    names = source.args["alias"].columns if source.args.get("alias") else []
    found = _renamed(found, names)
    scope.sources[alias] = found
    return found.rows


def _opaque(source: exp.Expr, scope: _Scope) -> Meaning:
    """Give the meaning of a table function or VALUES: its text, column by place."""
    inner = source.copy()
    alias = inner.args.get("alias")
    names = [name.name.lower() for name in alias.columns] if alias else []
    inner.set("alias", None)
    rows = digest("opaque", _token(inner, scope))
    known = {name: digest("column", rows, str(place)) for place, name in enumerate(names)}
    return Meaning(rows, known)


def _clauses(query: exp.Select, scope: _Scope, columns: Mapping[str, str]) -> list[str]:
    """Hash what decides which rows there are."""
    found = [
        digest(name, _token(query.args[name].this, scope))
        for name in ("where", "having", "qualify")
        if query.args.get(name)
    ]
    group = query.args.get("group")
    if group:
        found.append(digest("group", *sorted(_token(key, scope) for key in group.expressions)))
        found += [
            digest("group", key, str(group.args[key])) for key in _SETS if group.args.get(key)
        ]
    elif any(_is_aggregate(projection) for projection in query.expressions):
        found.append("one row")
    if query.args.get("distinct"):
        found.append(digest("distinct", *sorted(columns.values())))
    if any(projection.find(*_MULTIPLIES) for projection in query.expressions):
        found.append(digest("multiplies", *sorted(columns.values())))
    return found + _ordered(query, scope)


_FRAME = ("partition_by", "order", "spec")
_SETS = ("cube", "rollup", "grouping_sets", "all")
_MULTIPLIES = (exp.Explode, exp.Unnest, exp.ExplodingGenerateSeries)


def _is_aggregate(projection: exp.Expr) -> bool:
    """Whether a projection makes one row of all, which one over a window does not."""
    return any(
        isinstance(found.find_ancestor(exp.Window, exp.Query), exp.Query)
        for found in projection.find_all(exp.AggFunc)
        if found.parent_select is projection.parent_select
    )


def _ordered(query: exp.Expr, scope: _Scope) -> list[str]:
    """Hash LIMIT and OFFSET with the order that they need; order alone means nothing."""
    limits = [query.args[name] for name in ("limit", "offset") if query.args.get(name)]
    if not limits:
        return []
    return [digest("limit", *(_token(part, scope) for part in [*limits, query.args.get("order")]))]


def _column(projection: exp.Expr, scope: _Scope) -> str:
    """Hash a column; one that is merely passed on from the only relation keeps its hash."""
    inner = projection.unalias()
    if isinstance(inner, exp.Column) and inner.table in scope.sources and len(scope.sources) == 1:
        return scope.sources[inner.table].column(inner.name)
    return digest("column", _token(inner, scope))


def _token(node: object, scope: _Scope) -> str:
    """Write a part of the syntax tree as text in which names are replaced by meanings."""
    if isinstance(node, exp.Column):
        return scope.column(node)
    if isinstance(node, exp.Paren | exp.Alias):
        return _token(node.this, scope)
    if isinstance(node, exp.Query):
        found = _query(node, _Scope(scope.known, outer=scope))
        return digest("query", found.rows, *found.columns.values())
    if isinstance(node, exp.Window) and node.alias and node.alias.lower() in scope.windows:
        named = scope.windows[node.alias.lower()]
        # over (w rows ...) takes its order from w and has a frame of its own
        frame = {name: node.args.get(name) or named.args.get(name) for name in _FRAME}
        node = exp.Window(this=node.this, over="OVER", **frame)
    if isinstance(node, exp.Expr):
        said = sorted((name, value) for name, value in node.args.items() if _says(value))
        return f"{node.key}({','.join(f'{name}={_token(value, scope)}' for name, value in said)})"
    if isinstance(node, list):
        return f"[{';'.join(_token(part, scope) for part in node)}]"
    return str(node).lower() if isinstance(node, bool) or node is None else str(node)


def _says(value: object) -> bool:
    """Whether an argument says anything: flags that are off and empty lists do not."""
    return value is not None and value is not False and value != []
