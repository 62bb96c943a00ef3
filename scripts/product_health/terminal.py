"""What commands print. Nothing else prints, so no text of the data is obeyed by a terminal."""

import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager

import click
from rich.cells import cell_len

# Control characters, marks that turn the direction of text, and what cannot be written at all.
OBEYED = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
GAP = "  "


def plain(value: object) -> str:
    r"""Return a value as one line in which characters that a terminal obeys are shown: \x1b."""
    return OBEYED.sub(lambda found: found[0].encode("unicode_escape").decode(), str(value))


def plain_lines(text: str) -> str:
    """Return lines of text of which all but their ends is plain."""
    return "\n".join(map(plain, text.split("\n")))


def write(text: str, *, err: bool = False) -> None:
    """Print lines of text on stdout, or on stderr; all but their ends is shown, not obeyed."""
    click.echo(plain_lines(text), err=err)


def table(
    header: Sequence[str], rows: Iterable[Sequence[object]], right: Collection[str] = ()
) -> str:
    """Return lines of aligned columns; those named in `right` are aligned there."""
    lines = [[plain(value) for value in line] for line in (header, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        GAP.join(
            _padded(text, width, is_right=name in right)
            for name, text, width in zip(header, line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _padded(text: str, width: int, *, is_right: bool) -> str:
    # a character of another script may take two cells
    space = " " * (width - cell_len(text))
    return space + text if is_right else text + space


@contextmanager
def progress(text: str, total: float | None = None) -> Iterator[Callable[..., None]]:
    """Show on stderr, where that is a terminal, how far a step has come.

    What it yields takes how much is done and, where they change, the total and the text.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    description = TextColumn("{task.description}", markup=False)
    looks = (SpinnerColumn(), description, BarColumn(), TimeElapsedColumn())
    is_hidden = not sys.stderr.isatty()
    console = Console(stderr=True)
    with Progress(*looks, console=console, transient=True, disable=is_hidden) as bar:
        task = bar.add_task(plain(text), total=total)

        def show(done: float, of: float | None = total, what: str = text) -> None:
            bar.update(task, completed=done, total=of, description=plain(what))

        yield show
