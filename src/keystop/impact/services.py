"""What is built and deployed on its own, and who looks after it."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from keystop import git
from keystop.git import Repository
from keystop.impact.names import fold
from keystop.sources.whereabouts import shown

# A folder with one of these is a service.
_BUILD = frozenset(
    "dockerfile containerfile package.json pyproject.toml requirements.txt setup.py setup.cfg "
    "pipfile go.mod pom.xml build.gradle build.gradle.kts build.sbt gemfile composer.json "
    "cargo.toml package.swift pubspec.yaml mix.exs cpanfile makefile.pl description "
    "cmakelists.txt serverless.yml serverless.yaml template.yaml samconfig.toml chart.yaml "
    "procfile app.json rockspec deno.json build.xml".split()
)
_ENDINGS = (".csproj", ".fsproj", ".vbproj", ".rockspec", ".tf", ".cabal", ".gemspec")
# A folder with one of these is no service, but variables in it are its own.
_COMPOSE = re.compile(r"(docker-)?compose([.\-][\w.\-]+)?\.ya?ml$")
_CODEOWNERS = ("CODEOWNERS", ".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS")
# So many commits tell who works on a folder.
_COMMITS = 2000


class Layout:
    """The services of some repositories, by the paths of their files.

    tops are the repositories' names as the paths begin with them: `web/`, or empty.
    """

    def __init__(self, paths: Iterable[str], tops: Iterable[str]) -> None:
        self.tops = tuple(tops)
        self.paths = frozenset(paths)
        self._folders: dict[str, None] = {}
        self._homes: set[str] = {top.rstrip("/") for top in self.tops}
        for path in sorted(self.paths):
            folder, _, name = path.rpartition("/")
            if name.lower() in _BUILD or name.lower().endswith(_ENDINGS):
                self._folders[folder] = None
            if _COMPOSE.search(name.lower()):
                self._homes.add(folder)
        self._modules()

    def _modules(self) -> None:
        """A module of Terraform belongs to what uses it, not to itself."""
        for folder in list(self._folders):
            if "/modules/" in f"/{folder}/" and self._only(folder, ".tf"):
                del self._folders[folder]

    def _only(self, folder: str, ending: str) -> bool:
        return all(
            path.endswith((ending, ".md"))
            for path in self.paths
            if path.rpartition("/")[0] == folder
        )

    def of(self, path: str) -> str:
        """The service that a file belongs to; empty where it is none's own."""
        folder = posixpath.dirname(path)
        while True:
            if folder in self._folders:
                return self._told(folder)
            if not folder or f"{folder}/" in self.tops:
                return ""
            folder = posixpath.dirname(folder)

    def _told(self, folder: str) -> str:
        """The name of a folder's service: a chart is the service that it deploys."""
        if f"{folder}/Chart.yaml" in self.paths:
            return self.named(posixpath.basename(folder), folder) or folder or "."
        return folder or "."

    def home(self, path: str) -> str:
        """The scope of the variables that a file sees: its service's, or its folder's."""
        service = self.of(path)
        folder = posixpath.dirname(path)
        while folder not in self._homes and folder and folder not in self._folders:
            folder = posixpath.dirname(folder)
        if folder in self._homes and folder not in self._folders:
            return f"in {folder}/"
        return f"in {service}" if service else f"in {self.top(path)}"

    def top(self, path: str) -> str:
        """The beginning of the paths of the repository that a file is in."""
        return next((top for top in self.tops if top and path.startswith(top)), "")

    def folder(self, folder: str) -> str:
        """The service in a folder, empty where there is none."""
        folder = "" if folder == "." else folder
        return self._told(folder) if folder in self._folders else ""

    def named(self, name: str, near: str) -> str:
        """The service in a folder of that name, as an image or a workload has it; else empty."""
        bare = fold(name)
        found = [
            folder
            for folder in self._folders
            if bare
            and fold(posixpath.basename(folder)) == bare
            and self.top(folder + "/") == self.top(near + "/")
            and f"{folder}/Chart.yaml" not in self.paths
        ]
        return found[0] if len(found) == 1 else ""

    def chart(self, path: str) -> str:
        """The folder of the Helm chart that a file is part of, empty where it is of none."""
        folder = posixpath.dirname(path)
        while folder:
            if f"{folder}/Chart.yaml" in self.paths:
                return folder
            folder = posixpath.dirname(folder)
        return ""


class Owners:
    """Who owns the files of a repository: CODEOWNERS, else whose commits change them most."""

    def __init__(self, repository: Repository, top: str, files: Mapping[str, bytes]) -> None:
        self._repository = repository
        self._top = top
        text = next((files[top + name] for name in _CODEOWNERS if top + name in files), b"")
        self._rules = list(_rules(text.decode("utf-8", "replace")))
        self._authors: dict[str, Counter[str]] | None = None

    def of(self, paths: Iterable[str]) -> str:
        """The owner of most of some paths; empty where nobody is known."""
        found: Counter[str] = Counter()
        for path in paths:
            name = path.removeprefix(self._top)
            owner = ""
            for rule, owners in self._rules:  # the last one that matches
                if rule.search(name):
                    owner = owners
            if owner:
                found[owner] += 1
        return found.most_common(1)[0][0] if found else ""

    def author(self, folder: str) -> str:
        """Who made most of the last commits that change a folder; empty where nobody did."""
        if self._authors is None:
            self._authors = self._read()
        return next((name for name, _ in self._authors.get(folder, Counter()).most_common(1)), "")

    def _read(self) -> dict[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        log = ("log", f"--max-count={_COMMITS}", "--format=%x00%an", "--name-only", "--no-renames",
               "--no-show-signature", "--no-mailmap", "--no-color", "HEAD", "--")  # fmt: skip
        for commit in (git.asked(self._repository, *log) or "").split("\0")[1:]:
            author, *names = commit.strip().split("\n")
            folders = {""}
            for name in names:
                folder = posixpath.dirname(name)
                while folder and folder not in folders:
                    folders.add(folder)
                    folder = posixpath.dirname(folder)
            for folder in folders:
                found.setdefault(folder, Counter())[shown(author)] += 1
        return found


def _rules(text: str) -> Iterable[tuple[re.Pattern[str], str]]:
    for line in text.split("\n"):
        words = re.sub(r"(^|\s)#.*", "", line).split()
        if not words or words[0].startswith(("[", "^[")):
            continue
        yield re.compile(_glob(words[0])), " ".join(words[1:])


def _glob(rule: str) -> str:
    """A pattern of CODEOWNERS as a regular expression for a path."""
    anchored = "/" in rule.rstrip("/")
    made = ""
    for part in re.split(
        r"(\*\*/|/\*\*$|\*|\?)", rule.strip("/") if anchored else rule.rstrip("/")
    ):
        made += {"**/": "(?:.*/)?", "/**": "/.*", "*": "[^/]*", "?": "[^/]"}.get(
            part, re.escape(part)
        )
    end = "/" if rule.endswith("/") else r"(?:/|$)"
    if rule.endswith("/*"):
        end = "$"
    return ("^" if anchored else r"(?:^|/)") + made + end
