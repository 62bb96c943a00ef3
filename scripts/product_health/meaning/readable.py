"""Which syntax is looked into; a query with any other is refused, never passed over."""

from sqlglot import exp


class UnreadableError(KeyError):
    """A query holds something whose meaning cannot be told; the message names it."""

    def __str__(self) -> str:
        """Give the message, which KeyError would put in quotes."""
        return str(self.args[0])


# The parts of each kind of syntax that are looked into; a query with another one is refused.
_READ: dict[type[exp.Expr], set[str]] = {
    exp.Select: {
        *("with_", "expressions", "from_", "joins", "laterals", "where", "group", "having"),
        *("qualify", "windows", "distinct", "order", "limit", "offset"),
    },
    exp.SetOperation: {"with_", "this", "expression", "distinct", "order", "limit", "offset"},
    exp.Subquery: {"with_", "this", "alias"},
    exp.Table: {"this", "db", "catalog", "alias"},
    exp.Join: {"this", "on", "side", "kind", "using", "method"},
    exp.Window: {"this", "partition_by", "order", "spec", "alias", "over"},
    exp.TableAlias: {"this", "columns"},
    exp.CTE: {"this", "alias", "materialized"},
    exp.With: {"expressions", "recursive"},
}
# What reads outside the project, or depends on the names of columns.
_REFUSED = (exp.Columns, exp.Pivot, exp.ReadCSV, exp.ReadParquet, exp.TableSample)
_REFUSED_NAMES = ("read_", "query", "glob", "getenv", "sniff_")
_REFUSED_ENDS = ("_scan", "_query", "_attach")
_SHOWN = 100


def refuse(node: exp.Expr) -> None:
    """Raise UnreadableError for what is not looked into."""
    if isinstance(node, exp.Table) and not isinstance(node.this, exp.Identifier):
        known = None
    else:
        known = next((parts for kind, parts in _READ.items() if isinstance(node, kind)), None)
    said = {name for name, value in node.args.items() if says(value)}
    called = node.name.lower() if isinstance(node, exp.Anonymous) else ""
    if (
        isinstance(node, _REFUSED)
        or (known is not None and said - known)
        or called.startswith(_REFUSED_NAMES)
        or called.endswith(_REFUSED_ENDS)
        or (isinstance(node, exp.Join) and node.method.upper() == "NATURAL")
    ):
        message = f"{' '.join(node.sql(comments=False).split())[:_SHOWN]} cannot be looked into"
        raise UnreadableError(message)


def says(value: object) -> bool:
    """Whether an argument says anything: flags that are off and empty lists do not."""
    return value is not None and value is not False and value != []
