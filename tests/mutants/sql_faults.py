"""Small faults for a syntax tree of SQL: each changes one thing that a number depends on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from sqlglot import exp

COMPARISONS: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.GT: exp.GTE,
    exp.GTE: exp.GT,
    exp.LT: exp.LTE,
    exp.LTE: exp.LT,
    exp.EQ: exp.NEQ,
    exp.NEQ: exp.EQ,
    exp.And: exp.Or,
    exp.Or: exp.And,
    exp.Add: exp.Sub,
    exp.Sub: exp.Add,
}
AGGREGATES: dict[type[exp.Expr], type[exp.Expr]] = {
    exp.Sum: exp.Max,
    exp.Max: exp.Min,
    exp.Min: exp.Max,
    exp.Avg: exp.Max,
    exp.Count: exp.Max,
    exp.Least: exp.Greatest,
    exp.Greatest: exp.Least,
}
CLAUSES = ("where", "having", "qualify", "distinct")


@dataclass(frozen=True)
class Fault:
    """What is written otherwise, before and after."""

    before: str
    after: str

    def __str__(self) -> str:
        """Tell it in a line."""
        return f"{self.before[:90]} -> {self.after[:90] or '(nothing)'}"


def faulty(tree: exp.Expr) -> Iterator[tuple[Fault, exp.Expr]]:
    """Give a copy of a tree for each fault that it can have."""
    for place, node in enumerate(tree.walk()):
        for change in _changes(node):
            # a root cannot be replaced in place, so it is given a parent
            holder = exp.Paren(this=tree.copy())
            twin = _at(holder.this, place)
            before = twin.sql(dialect="duckdb")
            after = change(twin)
            yield Fault(before, after), holder.this


def _at(tree: exp.Expr, place: int) -> exp.Expr:
    return next(node for number, node in enumerate(tree.walk()) if number == place)


Change = Callable[[exp.Expr], str]


def _changes(node: exp.Expr) -> Iterator[Change]:
    if isinstance(node, exp.Literal):
        yield _other_literal
    if type(node) in COMPARISONS:
        yield lambda twin: _retyped(twin, COMPARISONS[type(twin)])
    if type(node) in AGGREGATES and not isinstance(node.this, exp.Star):
        yield lambda twin: _retyped(twin, AGGREGATES[type(twin)])
    if isinstance(node, exp.Join) and node.args.get("on"):
        yield _other_join
    if isinstance(node, exp.Ordered) and node.find_ancestor(exp.Window, exp.WithinGroup):
        yield _other_order
    if isinstance(node, exp.In) and len(node.expressions) > 1:
        yield _shorter_list
    if isinstance(node, exp.Select):
        yield from (partial(_without, clause=name) for name in CLAUSES if node.args.get(name))


def _put(old: exp.Expr, new: exp.Expr) -> str:
    old.replace(new)
    return new.sql(dialect="duckdb")


def _other_literal(node: exp.Expr) -> str:
    if node.args.get("is_string"):
        return _put(node, exp.Literal.string(f"{node.this}x"))
    return _put(node, exp.Literal.number(f"{float(node.this) + 1:g}"))


def _retyped(node: exp.Expr, kind: type[exp.Expr]) -> str:
    return _put(
        node, kind(**{name: value for name, value in node.args.items() if name in kind.arg_types})
    )


def _other_join(node: exp.Expr) -> str:
    node.set("side", None if node.args.get("side") else "LEFT")
    node.set("kind", None if node.args.get("side") else "INNER")
    return node.sql(dialect="duckdb")


def _other_order(node: exp.Expr) -> str:
    node.set("desc", not node.args.get("desc"))
    return node.sql(dialect="duckdb")


def _shorter_list(node: exp.Expr) -> str:
    node.set("expressions", node.expressions[:-1])
    return node.sql(dialect="duckdb")


def _without(node: exp.Expr, clause: str) -> str:
    node.set(clause, None)
    return f"(no {clause}) {node.sql(dialect='duckdb')}"
