"""What DuckDB says of a query that it cannot run, and what a user can do about it."""

import re

from product_health.landing.fit import shape
from product_health.sandbox.limits import MEMORY_LIMIT

LINE = re.compile(r"^LINE (\d+):", re.MULTILINE)
HINT = re.compile(r"^(Candidate bindings|Did you mean)", re.IGNORECASE)
QUOTED = re.compile(r"(['\"])(.*?)\1")
# Errors whose text quotes values of the data, and not names.
OF_VALUES = {"ConversionException", "InvalidInputException", "OutOfRangeException"}
TOO_LARGE = "File too large"
# Names of several columns as one: the file is split at another character than it was read with.
UNSPLIT = re.compile(r'Candidate bindings:.*"[^"]*([;\t|])[^"]*"')
MENDS = {
    "PermissionException": "a query reads relations only, and writes nothing; {there_are}",
    "CatalogException": "{there_are}",
    "ConversionException": "try_cast gives NULL where a value is no such thing",
    "ended": "read fewer columns or rows; see that joins have conditions and recursion ends",
    "OutOfMemoryException": "read fewer columns or rows, or join and sort less at once",
}


def refusal(kind: str, error: str, there_are: str) -> str:
    """Return a message for an error of DuckDB of some kind; `there_are` names the relations."""
    if kind == "Twice":
        return f"its result has column {error!r} twice; give one of them another name with `as`"
    if kind == "OutOfMemoryException":
        return f"it needs more than {MEMORY_LIMIT} of memory; {MENDS[kind]}"
    if TOO_LARGE in error:
        return ended("it writes more than it may, for what it reads")
    mend = MENDS.get(kind, "").format(there_are=there_are)
    if unsplit := UNSPLIT.search(error):
        mend = f"its columns are one, so say how they are split: --delimiter {unsplit[1]!r}"
    return f"{_said(kind, error)}{_line(error)}" + (f"; {mend}" if mend else "")


def ended(reason: str) -> str:
    """Return a message for a query that was ended, with the reason."""
    return f"{reason}; {MENDS['ended']}"


def _said(kind: str, error: str) -> str:
    """Return what DuckDB said, in one line; a value of the data by its shape."""
    first, *rest = [line.strip() for line in error.strip().splitlines()] or [kind]
    hints = [line for line in rest if HINT.match(line)]
    said = first.split(": ", 1)[-1].rstrip("!.")
    if kind in OF_VALUES:
        said = QUOTED.sub(lambda match: shape(match[2]), said)
    return "; ".join([said, *hints])


def _line(error: str) -> str:
    found = LINE.search(error)
    return f" (line {found[1]})" if found else ""
