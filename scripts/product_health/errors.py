"""What a user can be told."""

from collections.abc import Iterable


class UserError(Exception):
    """A mistake in the input or the command; its message is all that the user is shown.

    The message names the file, the column and a value where there is one, and what to do.
    """


def unknown(kind: str, name: str, known: Iterable[str]) -> str:
    """Say that there is no such name, and which ones are near."""
    from difflib import get_close_matches

    names = list(known)
    near = get_close_matches(name, names, n=3, cutoff=0.5)
    near += [other for other in names if name in other and other not in near][:3]
    there_are = f"there are {', '.join(names) or 'none'}"
    hint = f"did you mean {' or '.join(near)}?" if near else there_are
    return f"no {kind} is called {name!r}: {hint}"
