"""What a commit costs: CPU time of whole processes, keystop beside its peers in one run.

    python benchmarks/gate.py [--runs 20] [--big FOLDER]

Builds the wheel, installs it into a fresh environment, and runs the pre-commit hook and the peers
that are in PATH (gitleaks, kingfisher, detect-secrets-hook, ripsecrets) in turn over the same
staged changes. --big names a folder, say an unpacked release of a framework, that is staged as
one commit. Prints Markdown tables: medians, and ratios pair by pair.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
Command = tuple[str, ...]

FILES = {
    "app/main.py": 'import os\n\n\ndef main():\n    name = os.environ.get("NAME", "world")\n',
    "app/util.py": "def add(a, b):\n    return a + b\n\n\nclass Point:\n    x = 1\n",
    "README.md": "# Title\n\nWords about it.\nMore words.\n",
}
WITH_KEYWORDS = {
    "app/auth.py": "def token(request):\n    key = request.secret_key\n    return sign(key)\n",
    "app/keys.py": 'PASSWORD_RESET = "mail/reset.html"\ntoken_field = "csrf"\napi_key = None\n',
    "docs/basic.md": "Basic authentication, access tokens,\nthe AWS client,\nTwilio's messages.\n",
}
# Followed without a regular expression, and one that needs it.
WITH_VALUE = {**FILES, "app/aws.py": 'KEY = "AKIAQRSTEXAMPLEUVWXY"  # of a tutorial\n'}
WITH_CANDIDATE = {
    **FILES,
    "app/hook.py": 'URL = "https://discord.com/api/webhooks/123456789012345678/'
    + ("your_token_here_" * 5)[:68]
    + '"\n',
}


class Measured:
    """CPU seconds (user and system, children too) and peak memory in MB of some runs."""

    def __init__(self) -> None:
        self.cpu: list[float] = []
        self.peak = 0.0
        self.status = 0

    @property
    def median(self) -> float:
        return statistics.median(self.cpu)


def main() -> int:
    """Run all rows, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--big", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        hook = install(scratch / "venv")
        print(f"{platform()}; medians of {arguments.runs} runs, CPU time\n")
        small(scratch, hook, arguments.runs)
        compile_again(hook)
        growth(scratch, hook, arguments.runs)
        push(scratch, hook, arguments.runs)
        cold(scratch, hook, arguments.runs)
        if arguments.big:
            big(scratch, hook, arguments.big)
    return 0


def small(scratch: Path, hook: Path, runs: int) -> None:
    """A commit of 3 files and 15 lines, as it comes in different circumstances."""
    floor_python: Command = (str(hook.parent / "python"), "-c", "pass")
    floor_git: Command = ("git", "diff", "--cached")
    peers = {name: command for name, command in PEERS.items() if shutil.which(command[0])}
    names = ["keystop", "bare Python", "git diff --cached", *peers]
    print(f"| staged | {' | '.join(names)} | of gitleaks |")
    print(f"|---|{'---|' * len(names)}---|")
    for row, make in ROWS.items():
        repository = scratch / row.replace(" ", "-")
        environment = make(repository, hook)
        commands: dict[str, Command] = {
            "keystop": (str(hook),),
            "bare Python": floor_python,
            "git diff --cached": floor_git,
            **peers,
        }
        found = measure(commands, repository, environment, runs)
        cells = [f"{found[name].median * 1000:.1f} ms" for name in names]
        ratio = of(found, "keystop", "gitleaks")
        print(f"| {row} | {' | '.join(cells)} | {ratio} |")
    print()


def growth(scratch: Path, hook: Path, runs: int) -> None:
    """keystop's own time, less that of git, over tracked files and over detectors."""
    print("| keystop less `git diff --cached` | CPU |\n|---|---|")
    for count in (1_000, 100_000):
        repository = new(scratch / f"tracked-{count}", {})
        many_files(repository, count)
        stage(repository, FILES)
        own_time(f"{count:,} tracked files", hook, repository, runs)
    repository = new(scratch / "detectors", FILES)
    for count in (120, 1_200):
        folder = hook.parent.parent
        detectors = next(folder.glob("lib*/**/keystop/detectors"))
        with synthetic(detectors, count):
            own_time(f"{count:,} detectors", hook, repository, runs)
    print()


def own_time(label: str, hook: Path, repository: Path, runs: int) -> None:
    commands: dict[str, Command] = {"keystop": (str(hook),), "git": ("git", "diff", "--cached")}
    found = measure(commands, repository, {}, runs)
    difference = found["keystop"].median - found["git"].median
    print(f"| {label} | {difference * 1000:.1f} ms |")


def push(scratch: Path, hook: Path, runs: int) -> None:
    """A push of one commit to a repository that has the one before, through its hook."""
    server = scratch / "server.git"
    run("git", "init", "--quiet", "--bare", str(server))
    repository = new(scratch / "push", {})
    run("git", "remote", "add", "origin", str(server), cwd=repository)
    run("git", "push", "--quiet", "origin", "HEAD:refs/heads/main", cwd=repository)
    stage(repository, FILES)
    run("git", "commit", "--quiet", "--no-verify", "-m", "three files", cwd=repository)
    new_tip, old = run("git", "rev-parse", "HEAD", "HEAD~", cwd=repository).split()
    refs = scratch / "refs"
    refs.write_text(f"refs/heads/main {new_tip} refs/heads/main {old}\n", encoding="ascii")
    gitleaks = ("gitleaks", "git", "--no-banner", f"--log-opts={old}..{new_tip}")
    commands: dict[str, Command] = {
        "keystop": (str(hook.with_name("keystop-pre-push")), "origin", str(server)),
        **({"gitleaks": gitleaks} if shutil.which("gitleaks") else {}),
    }
    found = measure(commands, repository, {}, runs, refs)
    print("| a push of one commit | CPU | keystop's share |\n|---|---|---|")
    for name, measured in found.items():
        print(f"| {name} | {measured.median * 1000:.1f} ms | {of(found, 'keystop', name)} |")
    print()


def cold(scratch: Path, hook: Path, runs: int) -> None:
    """What is installed, and how long the first commit takes for which it is read from disk."""
    repository = new(scratch / "cold", FILES)
    packages = next(hook.parent.parent.glob("lib*/**/site-packages"))
    ours = [
        path
        for name in ("keystop", "regex", "hyperscan")
        for path in packages.rglob(f"{name}*/**/*")
    ]
    programs: dict[str, tuple[Command, list[Path]]] = {
        "keystop": ((str(hook),), [hook, *filter(Path.is_file, ours)])
    }
    for name in ("gitleaks", "kingfisher"):
        if path := shutil.which(name):
            programs[name] = (PEERS[name], [Path(path).resolve()])
    print("| | installed | first start, wall | later ones, wall |\n|---|---|---|---|")
    for name, (command, files) in programs.items():
        size = sum(path.stat().st_size for path in files)
        first = statistics.median(wall(command, repository, files) for _ in range(runs))
        later = statistics.median(wall(command, repository, []) for _ in range(runs))
        print(f"| {name} | {size / 1e6:.1f} MB | {first * 1000:.0f} ms | {later * 1000:.0f} ms |")
    print()


def wall(command: Command, repository: Path, files: list[Path]) -> float:
    """Seconds of one run, the files taken out of the page cache before it."""
    for path in files:
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    env = {**os.environ, "GIT_INDEX_FILE": str(repository / ".git" / "index")}
    begin = time.perf_counter()
    subprocess.run(command, cwd=repository, env=env, capture_output=True, check=False)
    return time.perf_counter() - begin


def big(scratch: Path, hook: Path, folder: Path) -> None:
    """A large tree staged as one commit."""
    repository = new(scratch / "big", {})
    shutil.copytree(folder, repository, dirs_exist_ok=True, symlinks=True)
    run("git", "add", "--all", cwd=repository)
    lines = sum(
        int(line.split("\t")[0])
        for line in run("git", "diff", "--cached", "--numstat", cwd=repository).splitlines()
        if not line.startswith("-")
    )
    peers = {name: PEERS[name] for name in ("kingfisher", "gitleaks") if shutil.which(name)}
    found = measure({"keystop": (str(hook),), **peers}, repository, {}, 5)
    print(f"{lines:,} staged lines\n\n| | CPU | keystop's share | peak memory |\n|---|---|---|---|")
    for name, measured in found.items():
        share = of(found, "keystop", name)
        print(f"| {name} | {measured.median:.2f} s | {share} | {measured.peak:.0f} MB |")


# Circumstances ----------------------------------------------------------------------------------


def new(repository: Path, staged: dict[str, str]) -> Path:
    """A repository with one commit, and files staged on top of it."""
    repository.mkdir(parents=True)
    run("git", "init", "--quiet", ".", cwd=repository)
    run("git", "commit", "--quiet", "--allow-empty", "-m", "start", cwd=repository)
    stage(repository, staged)
    return repository


def stage(repository: Path, files: dict[str, str]) -> None:
    """Write files and add them to the index."""
    for name, content in files.items():
        path = repository / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    if files:
        run("git", "add", *files, cwd=repository)


def _plain(repository: Path, _: Path) -> dict[str, str]:
    new(repository, FILES)
    return {}


def _keywords(repository: Path, _: Path) -> dict[str, str]:
    new(repository, WITH_KEYWORDS)
    return {}


def _value(repository: Path, _: Path) -> dict[str, str]:
    new(repository, WITH_VALUE)
    return {}


def _pattern(repository: Path, _: Path) -> dict[str, str]:
    new(repository, WITH_CANDIDATE)
    return {}


def _configured(repository: Path, _: Path) -> dict[str, str]:
    settings = '[project]\nname = "x"\n\n[tool.keystop]\nblock = "medium"\n'
    new(repository, {"pyproject.toml": settings})
    run("git", "commit", "--quiet", "--no-verify", "-m", "configure", cwd=repository)
    stage(repository, FILES)
    return {}


def _baseline(repository: Path, _: Path) -> dict[str, str]:
    entries = "".join(f"src/{n:04}.py generic.secret h1:{n:032x}\n" for n in range(1000))
    head = f"# keystop baseline 1 - written by `keystop baseline`\nsalt {1:032x}\n"
    new(repository, {".keystop-baseline": head + entries})
    run("git", "commit", "--quiet", "--no-verify", "-m", "baseline", cwd=repository)
    stage(repository, FILES)
    return {}


def _blocked(repository: Path, _: Path) -> dict[str, str]:
    token = os.urandom(16).hex()
    new(repository, {**FILES, "settings.py": f'TWILIO_AUTH_TOKEN = "{token}"\n'})
    return {}


def _without_pyc(repository: Path, hook: Path) -> dict[str, str]:
    new(repository, FILES)
    for cache in next(hook.parent.parent.glob("lib*/**/keystop")).glob("**/__pycache__"):
        shutil.rmtree(cache)
    return {"PYTHONDONTWRITEBYTECODE": "1"}


def compile_again(hook: Path) -> None:
    """Bring the .pyc files back."""
    folder = next(hook.parent.parent.glob("lib*/**/keystop"))
    run(str(hook.parent / "python"), "-m", "compileall", "-q", str(folder))


ROWS: dict[str, Callable[[Path, Path], dict[str, str]]] = {
    "clean": _plain,
    "keyword hits": _keywords,
    "a value that looks like a secret": _value,
    "a candidate for a pattern": _pattern,
    "configuration in pyproject.toml": _configured,
    "baseline of 1,000 entries": _baseline,
    "blocked": _blocked,
    "clean, without .pyc files": _without_pyc,
}
PEERS: dict[str, Command] = {
    "gitleaks": ("gitleaks", "git", "--pre-commit", "--staged", "--no-banner"),
    "kingfisher": ("kingfisher", "scan", ".", "--staged", "--no-validate", "--no-update-check"),
    "detect-secrets": ("detect-secrets-hook", *FILES),
    "ripsecrets": ("ripsecrets", *FILES),
}


def many_files(repository: Path, count: int) -> None:
    """Commit count small files without writing them to the working tree."""
    lines = ["commit refs/heads/main", "committer A <a@example.com> 0 +0000", "data 4", "many"]
    for number in range(count):
        content = f"file {number}"
        name = f"d{number % 100:02}/f{number}"
        lines += [f"M 644 inline {name}", f"data {len(content)}", content]
    text = "\n".join(lines) + "\n"
    subprocess.run(
        ("git", "fast-import", "--quiet", "--force"),
        input=text.encode(),
        cwd=repository,
        check=True,
    )
    run("git", "symbolic-ref", "HEAD", "refs/heads/main", cwd=repository)
    run("git", "read-tree", "HEAD", cwd=repository)


class synthetic:
    """Replaces the installed detectors by so many made-up ones for a while."""

    def __init__(self, folder: Path, count: int) -> None:
        self._folder, self._count = folder, count

    def __enter__(self) -> None:
        from keystop.compiling import ENTRIES, INDEX, compile_records
        from keystop.records import read

        table = "\n".join(
            f'[[detector]]\nid = "made-up.n{n}"\nname = "n{n}"\ngrants = "All."\n'
            f'severity = "high"\nkeywords = ["made{n:04}_"]\n'
            f"pattern = 'made{n:04}_[0-9a-f]{{32}}'\nexamples = []\nreferences = []\n"
            for n in range(self._count)
        )
        files = compile_records(read(f'provider = "Made up"\n{table}', "made-up.toml"))
        self._kept = {name: (self._folder / name).read_bytes() for name in (INDEX, ENTRIES)}
        for name, data in zip((INDEX, ENTRIES), files, strict=True):
            (self._folder / name).write_bytes(data)

    def __exit__(self, *_: object) -> None:
        for name, data in self._kept.items():
            (self._folder / name).write_bytes(data)


# Measuring --------------------------------------------------------------------------------------


def measure(
    commands: dict[str, Command],
    repository: Path,
    environment: dict[str, str],
    runs: int,
    stdin: str | Path = os.devnull,
) -> dict[str, Measured]:
    """Run the commands in turn, each runs times after a warm-up."""
    env = {**os.environ, "GIT_INDEX_FILE": str(repository / ".git" / "index"), **environment}
    found = {name: Measured() for name in commands}
    for number in range(runs + 1):
        for name, command in commands.items():
            pid = os.posix_spawn(
                shutil.which(command[0]) or command[0],
                _in(repository, command),
                env,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, str(stdin), os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
                    (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
                ],
            )
            _, status, usage = os.wait4(pid, 0)
            if number:
                found[name].cpu.append(usage.ru_utime + usage.ru_stime)
                found[name].peak = max(found[name].peak, usage.ru_maxrss / 1000)
                found[name].status = os.waitstatus_to_exitcode(status)
    return found


def _in(repository: Path, command: Command) -> Command:
    os.chdir(repository)
    return command


def of(found: dict[str, Measured], one: str, other: str) -> str:
    """The median ratio of one to the other, pair by pair."""
    if other not in found:
        return "-"
    pairs = zip(found[one].cpu, found[other].cpu, strict=True)
    return f"{statistics.median(a / b for a, b in pairs):.2f}"


def install(venv: Path) -> Path:
    """The hook from a freshly built wheel in a fresh environment."""
    run(sys.executable, "-m", "venv", str(venv))
    pip = str(venv / "bin" / "pip")
    # The scripts of an old pip import re, which costs 4 ms; hook frameworks use new ones.
    run(pip, "install", "--quiet", "--upgrade", "pip")
    run(pip, "install", "--quiet", str(HERE.parent))
    return venv / "bin" / "keystop-pre-commit"


def run(*command: str, cwd: Path | None = None) -> str:
    """What a command prints."""
    return subprocess.run(command, cwd=cwd, check=True, capture_output=True, text=True).stdout


def platform() -> str:
    """Machine and versions, for the table."""
    model = next(_model_lines(), "unknown processor")
    python = ".".join(map(str, sys.version_info[:3]))
    return f"{os.cpu_count()} x {model}, Python {python}, {run('git', '--version').strip()}"


def _model_lines() -> Iterator[str]:
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        return iter([line.split(":")[1].strip() for line in file if line.startswith("model name")])


if __name__ == "__main__":
    raise SystemExit(main())
