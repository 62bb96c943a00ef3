"""Where the warehouse is, and reading it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import yaml
from jinja2 import Environment

from product_health.errors import UserError


def warehouse_path(project: Path) -> Path:
    """Return the database file that profiles.yml names for its default target.

    UserError where profiles.yml names none.
    """
    text = (project / "profiles.yml").read_text(encoding="utf-8")
    env_var = {"env_var": lambda name, default="": os.environ.get(name, default)}
    rendered = Environment(autoescape=False).from_string(text).render(env_var)  # noqa: S701 - YAML
    profile: dict[str, Any] = yaml.safe_load(rendered)["product_health"]
    path: str | None = profile["outputs"][profile["target"]].get("path")
    if not path:
        message = "profiles.yml: the default target has no path; this command reads DuckDB only"
        raise UserError(message)
    return project / path


@contextmanager
def open_warehouse(project: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the built warehouse for reading only.

    UserError where it was not built, or another process is writing it.
    """
    path = warehouse_path(project)
    if not path.exists():
        message = f"{path}: there is no warehouse yet; run `make build` (or `dbt build`) first"
        raise UserError(message)
    with open_file(path) as connection:
        yield connection


@contextmanager
def open_file(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a database file for reading only; UserError where another process is writing it."""
    try:
        connection = duckdb.connect(str(path), read_only=True)
    except duckdb.IOException as error:
        reason = str(error).splitlines()[0]
        is_locked = "lock" in reason.lower()
        message = (
            f"{path}: cannot be opened while another process writes it; try again after it"
            if is_locked
            else f"{path}: cannot be opened: {reason}; build it anew with `dbt build`"
        )
        raise UserError(message) from error
    # a table that is not there is an error, and never a Python variable of its name
    connection.execute("set python_enable_replacements = false")
    try:
        yield connection
    finally:
        connection.close()
