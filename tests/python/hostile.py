"""A company whose texts are personal values and markup, and all that the commands make of it."""

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import yaml

import edits
from product_health.check.suites import FOLDER
from product_health.contract import Contract, Entity
from product_health.landing.store import LandingStore
from product_health.lock.values import FIXED_COMPANY
from publishing_desk import Desk
from scratch import Scratch
from strategies_rows import seeded

# What no output may hold: both sides of an address, and free text, begin with it.
CANARY = "canary7381"
HACKED = "window.hacked=1"
TAGS = (
    f"<script>{HACKED}</script>",
    f"<img src=x onerror={HACKED}>",
    f"<svg onload={HACKED}>",
    f"</pre><script>{HACKED}</script>",
    f'"><script>{HACKED}</script>',
    f"'><img src=x onerror='{HACKED}'>",
    f"' onmouseover='{HACKED}",
    f'" onfocus="{HACKED}" autofocus="',
    f"</style><script>{HACKED}</script>",
    f"</title><script>{HACKED}</script>",
    f"</textarea><script>{HACKED}</script>",
    f"</script><script>{HACKED}</script>",
    f"--><script>{HACKED}</script>",
    f"]]><script>{HACKED}</script>",
    f"<a href=javascript:{HACKED}>x</a>",
    f"<iframe srcdoc='<script>parent.{HACKED}</script>'></iframe>",
    f"<details open ontoggle={HACKED}>x</details>",
    f"<video><source onerror={HACKED}></video>",
    f"<body onload={HACKED}>",
    f"<math><mtext><script>{HACKED}</script></mtext></math>",
    f"<svg><animate onbegin={HACKED} attributeName=x dur=1s>",
    f"<input autofocus onfocus={HACKED}>",
    "<img src=//payload.example/x.png>",
    "<link rel=stylesheet href=//payload.example/x.css>",
    "<meta http-equiv=refresh content='0;url=//payload.example'>",
    "<style>@import '//payload.example/x.css'</style>",
    "<base href=//payload.example/>",
    "<form action=//payload.example><button>x</button></form>",
    f"[x](javascript:{HACKED})",
    "![x](//payload.example/x.png)",
    "| a | b |\n|---|---|\n# heading",
    "{{ cycler.__init__.__globals__ }}",
    "{% include '/etc/hostname' %}",
    f"${{{HACKED}}} #{{{HACKED}}}",
)
# What a terminal obeys, what a library that draws in one takes for its own, and formulas.
OBEYED = (
    *("\x1b[2J\x1b[31m", "\x1b]0;hacked\x07", "\x1bP1$r\x1b\\", "\x9b31m", "\x07", "\x08\x08"),
    *("\x7f", "\x0b", "\x0c", "\x85", "\u202egnp.exe", "\u2066", "\u2028"),
)
DRAWN = ("[/x]", "[red]", "[bold", "[link=file:///etc/hostname]x[/link]", ":smile:", "[/]", "\\[")
FORMULAS = ("=1+1", "+1+1", "-1+1", "@SUM(A1)", "\uff1d1+1", "=cmd|' /C calc'!A0", "-2+3+cmd")


def fuzzed(count: int, seed: int = 7) -> Iterator[str]:
    """Give texts put together at random, each with a number; half of them begin as formulas do."""
    rng = seeded(f"outputs-{seed}")
    for number in range(count):
        parts = rng.choices((*OBEYED, *DRAWN, *FORMULAS), k=rng.randint(1, 4))
        begin = rng.choice(FORMULAS) if rng.random() < 0.5 else f"a{number}"
        yield f"{begin}{''.join(parts)}z{number}"


PAYLOADS = tuple(f"{TAGS[number % len(TAGS)]}{number}" for number in range(100))
FUZZED = tuple(fuzzed(100))
TEXTS = (*PAYLOADS, *FUZZED)
# Columns that stand for the same thing in several tables hold the same text.
SAME = {"requester_id": "person_id", "actor_id": "person_id", "subject_id": "person_id"}
# Names that the project knows: another one is quarantined, or has no rate.
KNOWN = {"survey_kind", "event_type", "actor_role", "currency", "type"}
BROKEN = 5


@dataclass
class Hostile:
    """A copy of the project with such a company, built, and what each command said."""

    copy: Scratch
    said: dict[str, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        """The copy's folder."""
        return self.copy.root

    @property
    def warehouse(self) -> Path:
        """The database that dbt wrote."""
        return self.root / ".warehouse" / "product_health.duckdb"

    def run(self, *arguments: str) -> None:
        """Run a command of product-health and keep all that it says."""
        self.said[" ".join(arguments)] = self.copy.run(*arguments).output

    def dbt(self, *arguments: str) -> None:
        """Run dbt as people do, and keep all that it says."""
        done = subprocess.run(  # noqa: S603 - nothing here comes from outside
            [sys.executable, "-m", "dbt.cli.main", *arguments],
            cwd=self.root,
            env=dict(os.environ),
            capture_output=True,
            text=True,
            check=False,
        )
        self.said[f"dbt {arguments[0]}"] = done.stdout + done.stderr

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Give every file that the commands wrote for people, and what they said."""
        for name, text in self.said.items():
            yield name, text.encode()
        for folder in ("target", "logs", "published", "out"):
            for path in sorted((self.root / folder).rglob("*")):
                if path.is_file() and not path.is_symlink():
                    yield str(path.relative_to(self.root)), path.read_bytes()


def hostile_company(copy: Scratch, contract: Contract) -> Hostile:
    """Land the company in a copy of the project, and run every command on it."""
    hostile = Hostile(copy)
    LandingStore(copy.root / "landing", contract).ensure()
    for entity in contract.entities.values():
        file = copy.root / "input" / f"{entity.name}[red]\x1b[31m=.csv"
        file.parent.mkdir(exist_ok=True)
        file.write_text(_csv(copy, entity), encoding="utf-8")
        hostile.run("land", entity.name, "--from", str(file), "--complete-until", "2025-06-01")
    shutil.rmtree(copy.root / "input")
    hostile.warehouse.parent.mkdir()
    _name_features(copy)
    _describe_suites(copy)
    copy.commit("hostile")
    hostile.dbt("build", "--exclude-resource-type", "unit_test")
    hostile.run("check")
    _publish(hostile)
    hostile.run("report")
    _list(hostile)
    _ask(hostile)
    _review(hostile)
    return hostile


def _csv(copy: Scratch, entity: Entity) -> str:
    """Write the rows of the fixed company, hostile ones beside them, and some that do not parse."""
    path = copy.root / FIXED_COMPANY / f"{entity.name}.csv"
    names = [column.name for column in entity.columns]
    rows = [
        {name: row[name] for name in names}
        for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())
    ]
    last = sorted(rows, key=lambda row: row[entity.event_time or names[0]])[-len(TEXTS) :]
    hostile = [_hostile(entity, last[at % len(last)], at) for at in range(len(TEXTS))]
    broken = [row | {str(entity.event_time): f"{CANARY}.time"} for row in hostile[:BROKEN]]
    text = io.StringIO()
    writer = csv.DictWriter(text, names)
    writer.writeheader()
    writer.writerows([*(_personal(entity, row, 0) for row in rows), *hostile, *broken])
    return text.getvalue()


def _hostile(entity: Entity, row: dict[str, str], number: int) -> dict[str, str]:
    texts = {
        column.name: _payload(column.name, number)
        for column in entity.columns
        if column.data_type == "text" and column.name not in KNOWN
    }
    return _personal(entity, row | texts, number)


def _payload(column: str, number: int) -> str:
    """Give another payload for each column and row; nobody is their own parent."""
    place = sum(map(ord, SAME.get(column, column)))
    return TEXTS[(number + place) % len(TEXTS)]


def _personal(entity: Entity, row: dict[str, str], number: int) -> dict[str, str]:
    texts = {
        column.name: f"{CANARY}.{number}@{CANARY}.example {TEXTS[number]}"
        for column in entity.columns
        if column.personal
    }
    packed = {
        column.name: json.dumps({"note": texts.get(column.name, TEXTS[number])})
        for column in entity.columns
        if column.data_type == "json"
    }
    return row | texts | packed


def _name_features(copy: Scratch) -> None:
    """Give the features, and what happened, names of markup."""
    for seed, column in (("features", "feature_name"), ("annotations", "title")):
        path = copy.path(f"seeds/{seed}.csv")
        rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
        named = [row | {column: PAYLOADS[number]} for number, row in enumerate(rows)]
        text = io.StringIO()
        writer = csv.DictWriter(text, rows[0])
        writer.writeheader()
        writer.writerows(named)
        path.write_text(text.getvalue(), encoding="utf-8")


def _describe_suites(copy: Scratch) -> None:
    """Describe the expectations in markup: of the data themselves, Data Docs show no text."""
    for number, path in enumerate(sorted((copy.root / FOLDER).rglob("*.yml"))):
        said = " ".join(TEXTS[(number * 16 + more) % len(TEXTS)] for more in range(16))
        suite = yaml.safe_load(path.read_text(encoding="utf-8")) | {"description": said}
        path.write_text(yaml.safe_dump(suite), encoding="utf-8")


def _publish(hostile: Hostile) -> None:
    """Publish whatever the tests and the expectations found; what they wrote is kept."""
    shutil.copytree(hostile.root / "target", hostile.root / "out" / "target")
    Desk(hostile.root, hostile.warehouse).pass_gate()
    hostile.run("publish")


def _list(hostile: Hostile) -> None:
    for command in (
        ("land", "--list"),
        ("land", "usage_events", "--from", "nowhere[/x]\x1b[31m.csv"),
        ("publish", "--list"),
        ("publish", "--history", "mau"),
        ("headline",),
    ):
        hostile.run(*command)


def _ask(hostile: Hostile) -> None:
    for output in ("table", "csv", "json"):
        hostile.run("query", "mau", "--by", "plan", "--grain", "month", "--output", output)
    hostile.run("query", "adoption_rate", "--by", "feature")
    hostile.run("query", "mau", "--by", "plan", "--grain", "month", "--plot", "out/mau.html")
    # no value meets it, so those that there are are told
    hostile.run("query", "mau", "--where", "plan = 'nobody'")
    # the last two are refused, which must not tell what the data hold
    hostile.run("query", "nps", "--by", "nobody")
    hostile.run("query", "dau", "--where", "email = 'x'")


def _review(hostile: Hostile) -> None:
    edits.nps_threshold(hostile.copy)
    files = [f"--{kind}=out/review.{kind}" for kind in ("markdown", "json", "html")]
    hostile.run("review", "--base", "main", *files)
