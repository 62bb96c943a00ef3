"""A PostgreSQL server of the tests' own, in a temporary folder, reached by a socket in it alone."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg2  # type: ignore[import-untyped]
import pytest

USER = "product_health"
DATABASE = "product_health"
PORT = 5432  # part of the socket's name
# Where Debian keeps what it does not put on the PATH.
DEBIAN = Path("/usr/lib/postgresql")
SECONDS = 60
# Data that nobody needs after a crash, and plans that are not compiled for one small query.
OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "jit=off")


def program(name: str) -> str:
    """Find a program of the server; skips the test where there is none."""
    debian = sorted(DEBIAN.glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]))
    found = shutil.which(name) or (str(debian[-1]) if debian else None)
    if found is None:
        pytest.skip("no PostgreSQL server is installed (on Debian: apt-get install postgresql)")
    return found


class Server:
    """The server; its folder holds its data and its socket."""

    def __init__(self, folder: Path) -> None:
        """Make its data; it does not run yet."""
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        shutil.chown(folder, *_owner())
        self._run(
            *(program("initdb"), "--pgdata", str(self._data), "--username", USER),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"),
        ).check_returncode()

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        """What profiles.yml needs to find it."""
        return {
            "POSTGRES_HOST": str(self.folder),
            "POSTGRES_PORT": str(PORT),
            "POSTGRES_DATABASE": DATABASE,
        }

    def _run(self, *command: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(command, capture_output=True, check=False, **_as_nobody())  # noqa: S603

    def start(self) -> None:
        """Start it, and wait until it answers."""
        options = [word for option in OPTIONS for word in ("-c", option)]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - nothing here comes from outside
                [
                    *(program("postgres"), "-D", str(self._data), "-k", str(self.folder)),
                    *("-p", str(PORT), "-c", "listen_addresses=", *options),
                ],
                stdout=log,
                stderr=log,
                **_as_nobody(),
            )
        end = time.monotonic() + SECONDS
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text(encoding="utf-8")
            assert time.monotonic() < end, f"PostgreSQL does not answer after {SECONDS} seconds"
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            self.connect("postgres").close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End it at once, whoever is connected."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(SECONDS)
            self._process = None

    def stop_when_there_is(self, relation: str) -> None:
        """End it, in the background, as soon as a relation is built."""

        def watch() -> None:
            cursor = self.connect().cursor()
            while cursor.rowcount != 1:
                cursor.execute("select 1 where to_regclass(%s) is not null", [relation])
                time.sleep(0.05)
            self.stop()

        Thread(target=watch, daemon=True).start()

    def connect(self, database: str = DATABASE, user: str = USER) -> Any:
        """Connect to a database; each statement stands for itself."""
        connection = psycopg2.connect(host=str(self.folder), port=PORT, user=user, dbname=database)
        connection.autocommit = True
        return connection

    def execute(self, *statements: str, database: str = "postgres") -> None:
        """Run statements of the server's owner."""
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
        finally:
            connection.close()


@contextmanager
def running() -> Iterator[Server]:
    """Run a server, which leaves nothing."""
    # a path of a socket must be short, and the server's user must get there
    with tempfile.TemporaryDirectory(prefix="postgres-") as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


def _as_nobody() -> Mapping[str, Any]:
    """Return how to start what refuses to run as root."""
    if os.geteuid():
        return {}
    user, group = _owner()
    return {"user": user, "group": group, "extra_groups": []}


def _owner() -> tuple[int, int]:
    if os.geteuid():
        return os.geteuid(), os.getegid()
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid
