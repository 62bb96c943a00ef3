"""The command `product-health`."""

import errno
import importlib
import sys
from typing import Any

import click

from product_health import terminal
from product_health.errors import UserError, unknown

# Each command lives in a module of its own, imported only when it is called: start-up stays fast.
COMMANDS = {
    "land": "product_health.landing.command:land",
    "demo": "product_health.demo.command:demo",
    "headline": "product_health.headline:headline",
    "query": "product_health.query.command:query_command",
    "report": "product_health.report.command:report",
    "review": "product_health.review.command:review_command",
    "lock": "product_health.lock.command:lock",
    "check": "product_health.check.command:check",
    "publish": "product_health.publish.command:publish_command",
}

# Writing to an open file fails so, and the system does not say which file it was.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# What DuckDB raises, in place of KeyboardInterrupt, where Ctrl-C comes in the middle of a query.
INTERRUPTED = "Query interrupted"


class LazyGroup(click.Group):
    """A group that imports a command when it is asked for, and prints a UserError plainly."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands."""
        return sorted({*super().list_commands(ctx), *COMMANDS})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return one command by name, or None."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module_name, attribute = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(importlib.import_module(module_name), attribute)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that was typed; UserError names those that are called nearly so."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            raise UserError(unknown("command", args[0], self.list_commands(ctx)))
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a UserError becomes one line on stderr and exit code 1."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            terminal.write(f"error: {error}", err=True)
            sys.exit(1)
        except OSError as error:
            if not error.filename and error.errno not in FULL:
                raise
            where = f"{error.filename}: " if error.filename else ""
            terminal.write(f"error: {where}{error.strerror}", err=True)
            sys.exit(1)
        except RuntimeError as error:
            if str(error) != INTERRUPTED:
                raise
            raise click.Abort from error


@click.group(cls=LazyGroup)
@click.version_option(package_name="product-health")
def main() -> None:
    """Land data, ask and review metrics, check, publish and report product health."""
