"""The git repository of the project: its commits as folders that can be compiled."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from product_health.errors import UserError

# What the commands keep between runs, within the project; git ignores it, `make clean` drops it.
CACHE = Path("target/product_health")
# What a compile reads; the rest of a commit is not needed.
EXPORTED = (
    *("dbt_project.yml", "profiles.yml", "models", "macros", "metrics", "seeds", "tests"),
    *("scripts", "systems"),
)
MOST_EXPORTS = 4
UNSHALLOW = "fetch all of it (git fetch --unshallow, or fetch-depth: 0 in a workflow)"


@dataclass(frozen=True)
class Repository:
    """A project in git."""

    project: Path

    def _git(self, *arguments: str) -> str:
        git = shutil.which("git")
        if git is None:
            message = "git is not installed, so no other commit can be looked at"
            raise UserError(message)
        command = [git, "-C", str(self.project), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            message = f"git {' '.join(arguments[:2])}: {done.stderr.strip() or 'failed'}"
            raise UserError(message)
        return done.stdout.strip()

    def commit(self, name: str) -> str:
        """Give the id of a commit, branch or tag; UserError where there is none such."""
        try:
            self._git("rev-parse", "--git-dir")
        except UserError as error:
            message = f"{self.project} is not in a git repository, so there is no base: {error}"
            raise UserError(message) from error
        for candidate in (name, f"origin/{name}"):
            try:
                return self._git("rev-parse", "--verify", "--quiet", f"{candidate}^{{commit}}")
            except UserError:
                continue
        raise UserError(self._no_commit(name))

    def _no_commit(self, name: str) -> str:
        if self._is_shallow():
            return f"commit {name!r} is not in this shallow clone: {UNSHALLOW}"
        branches = self._git("branch", "--all", "--format=%(refname:short)").split()
        return (
            f"there is no commit, branch or tag {name!r}; name another "
            f"(branches here: {', '.join(branches) or 'none'})"
        )

    def commit_of_files(self) -> str | None:
        """Give the commit that the project's files are those of; None where some differ.

        None without git, too. What else lies in the folder, such as a chart, is no part of it.
        """
        try:
            if self._git("status", "--porcelain", "--", *EXPORTED):
                return None
            return self._git("rev-parse", "HEAD")
        except UserError:
            return None

    def merge_base(self, base: str, head: str) -> str:
        """Give the commit at which head left base, or base where they share none.

        UserError where a shallow clone does not tell.
        """
        try:
            return self._git("merge-base", base, head)
        except UserError as error:
            if self._is_shallow():
                message = f"where this left {base[:10]} is not in this shallow clone: {UNSHALLOW}"
                raise UserError(message) from error
            return base

    def _is_shallow(self) -> bool:
        return self._git("rev-parse", "--is-shallow-repository") == "true"

    def last_change(self, file: Path) -> str:
        """Give the last commit that changed a file; UserError where there is none."""
        found = self._git("log", "-1", "--format=%H", "--", str(file))
        if not found:
            message = f"{file} was never committed"
            raise UserError(message)
        return found

    def changed_files(self, since: str, *paths: str) -> list[str]:
        """Give the files under some paths that are not as they were at a commit, new ones too."""
        changed = self._git("diff", "--name-only", "--relative", since, "--", *paths)
        new = self._git("ls-files", "--others", "--exclude-standard", "--", *paths)
        return sorted({*changed.splitlines(), *new.splitlines()})

    def exported(self, commit: str) -> Path:
        """Give a folder with the project as it was at a commit."""
        folder = self.project / CACHE / "commits" / commit
        if not folder.exists():
            self._export(commit, folder)
        folder.touch()
        return folder

    def _export(self, commit: str, folder: Path) -> None:
        prefix = self._git("rev-parse", "--show-prefix")
        there = self._git("ls-tree", "--name-only", f"{commit}:{prefix}").split()
        half = folder.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        archive = half.with_suffix(".tar")
        paths = [name for name in EXPORTED if name in there]
        self._git("archive", "--output", str(archive), f"{commit}:{prefix}", *paths)
        shutil.unpack_archive(archive, half, filter="data")
        archive.unlink()
        half.rename(folder)
        by_age = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime)
        for stale in by_age[:-MOST_EXPORTS]:
            shutil.rmtree(stale, ignore_errors=True)
