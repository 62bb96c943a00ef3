"""What a user asks `land` to do: flags, and a mapping file that can be kept in git."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import yaml

from product_health import strict_yaml
from product_health.contract import FILES
from product_health.errors import UserError

DELIMITERS = {"tab": "\t", "\\t": "\t", "space": " ", "comma": ",", "semicolon": ";", "pipe": "|"}
FILE_FORMATS = ("csv", "json", "jsonl", "parquet")


@dataclass(frozen=True)
class Reading:
    """How the input is read and where each column comes from: what a mapping file may say.

    map        contract column -> input column, "input column:format", a path such as
               "properties.plan" within one, or @row_hash, @row_number
    set        contract column -> constant
    rest_to    json column that takes the input columns which nothing maps
    query      SELECT over the files, or on the database, whose result is landed
    columns    names of the input columns, for a file without a header
    timezone   of times without an offset; UTC where it is not given
    """

    map: dict[str, str] = field(default_factory=dict)
    set: dict[str, str] = field(default_factory=dict)
    rest_to: str | None = None
    query: str | None = None
    format: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    encoding: str | None = None
    header: bool | None = None
    columns: tuple[str, ...] | None = None
    timezone: str | None = None

    def over(self, base: "Reading") -> "Reading":
        """Return `base` with what this one says in its place; map and set are merged by column."""
        said = {f.name: getattr(self, f.name) for f in fields(self) if f.name not in {"map", "set"}}
        said = {name: value for name, value in said.items() if value is not None}
        mapped = {k: v for k, v in base.map.items() if k not in self.set} | self.map
        constants = {k: v for k, v in base.set.items() if k not in self.map} | self.set
        return replace(base, **said, map=mapped, set=constants)

    def as_dict(self) -> dict[str, Any]:
        """Return everything that decides what is landed, for a fingerprint."""
        return asdict(self)

    @property
    def delimiter_char(self) -> str:
        """The one character between fields."""
        char = DELIMITERS.get(self.delimiter or ",", self.delimiter or ",")
        if len(char) != 1 or char in "\r\n":
            message = f"--delimiter {self.delimiter!r}: give one character, or tab, space, ..."
            raise UserError(message)
        return char

    @property
    def quote_char(self) -> str | None:
        """The quoting character, or None where quotes have no meaning."""
        if self.quote in {"", "none"}:
            return None
        char = self.quote or '"'
        if len(char) != 1:
            message = f"--quote {self.quote!r}: give one character, or none"
            raise UserError(message)
        return char

    @property
    def has_header(self) -> bool:
        """Whether the first row holds names; by default unless --columns gives them."""
        return self.columns is None if self.header is None else self.header


@dataclass(frozen=True)
class Request:
    """One call of `land`: an input into an entity.

    sources are files, patterns of files, or one database. Times are UTC, a date is one of the
    reporting time zone; None means the default. source_system is what the register calls them.
    """

    entity: str
    sources: tuple[str, ...]
    reading: Reading
    complete_until: date | None = None
    received_at: datetime | None = None
    again: bool = False
    unparsed_ok: bool = False
    source_system: str = FILES


def read_mapping_file(path: Path, entity: str) -> Reading:
    """Read a mapping file; UserError that names the key where it says what nobody understands."""
    try:
        document = strict_yaml.parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        message = f"{path}: cannot be read as a mapping file: {error}"
        raise UserError(message) from error
    if not isinstance(document, dict):
        message = f"{path}: a mapping file holds keys such as map and set"
        raise UserError(message)
    _check_keys(path, document)
    meant = document.pop("entity", entity)
    if meant != entity:
        message = f"{path}: is a mapping for {meant}, not for {entity}"
        raise UserError(message)
    return Reading(**{key: _checked(path, key, value) for key, value in document.items()})


def _check_keys(path: Path, document: Mapping[Any, Any]) -> None:
    known = ["entity", *(f.name for f in fields(Reading))]
    for key in document:
        if key not in known:
            near = get_close_matches(str(key), known, n=2, cutoff=0.5) or known
            message = f"{path}: unknown key {key!r}; did you mean {' or '.join(near)}?"
            raise UserError(message)


def _checked(path: Path, key: str, value: Any) -> Any:
    if key in {"map", "set"} and isinstance(value, dict):
        return {str(name): _scalar(path, f"{key}.{name}", item) for name, item in value.items()}
    if key == "columns" and isinstance(value, list):
        return tuple(str(name) for name in value)
    if key == "header" and isinstance(value, bool):
        return value
    if key in {"map", "set", "columns", "header"} or not isinstance(value, str):
        message = f"{path}: {key} cannot be {value!r}"
        raise UserError(message)
    return value


def _scalar(path: Path, key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list) or value is None:
        message = f"{path}: {key} must be one value"
        raise UserError(message)
    return str(value)


def parse_pairs(option: str, pairs: tuple[str, ...]) -> dict[str, str]:
    """Turn column=value flags into a dict; UserError for one without '=' or a column twice."""
    result: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            message = f"{option} {pair!r}: write it as column=value"
            raise UserError(message)
        if name in result:
            message = f"{option} {pair!r}: {name} is given twice"
            raise UserError(message)
        result[name] = value
    return result
