"""What `keystop impact` takes on a large repository, beside `git grep` of one name.

    python benchmarks/impact.py FOLDER [--files N] [--runs N]

Makes a repository of N files (10,000) in FOLDER, a hundred services of several languages with
settings, pipelines and manifests, a tenth of which use the credential. Prints the CPU times of the
whole processes (children included), medians of all runs, and how often git grep fits into it.
"""

from __future__ import annotations

import argparse
import json
import resource
import secrets
import statistics
import subprocess
import sys
import time
from pathlib import Path
from random import Random

NAME = "TWILIO_AUTH_TOKEN"
_WORDS = (
    "order parcel route driver depot label price zone shift quote track depart sign weigh".split()
)


def main() -> int:
    """Make the repository, time both commands, print a table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    repository: Path = arguments.folder / "repository"
    if not repository.exists():
        make(repository, arguments.files)
    size = sum(path.stat().st_size for path in repository.rglob("*") if path.is_file())
    keystop = (str(Path(sys.executable).parent / "keystop"), "impact", ".env:2", "--format", "json")
    grep = ("git", "grep", "--cached", "-n", NAME)
    times: dict[str, list[float]] = {command[0]: [] for command in (keystop, grep)}
    walls = []
    for _ in range(arguments.runs):
        for command in (keystop, grep):
            cpu, wall, out = timed(command, repository)
            times[command[0]].append(cpu)
            if command is keystop:
                walls.append(wall)
                told = json.loads(out)
    own, other = statistics.median(times[keystop[0]]), statistics.median(times["git"])
    links = sum(len(service["links"]) for service in told["services"])
    print(f"{arguments.files} files, {size / 1e6:.0f} MB with .git")
    print(f"keystop impact: {own:.2f} s CPU, {statistics.median(walls):.2f} s wall")
    print(f"git grep:       {other:.2f} s CPU; keystop takes {own / other:.1f} times that")
    print(f"{len(told['services'])} services, {links} links")
    return 0


def timed(command: tuple[str, ...], folder: Path) -> tuple[float, float, bytes]:
    """CPU seconds, wall seconds and output of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    out = subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, wall, out


def make(repository: Path, files: int) -> None:
    """A repository with so many files; every tenth service uses the credential."""
    random = Random(1)
    repository.mkdir(parents=True)
    sid, token = "AC" + secrets.token_hex(16), secrets.token_hex(16)
    write(repository / ".env", f"TWILIO_ACCOUNT_SID={sid}\n{NAME}={token}\n")
    made = 1
    for service in range(100):
        folder = repository / "services" / f"{random.choice(_WORDS)}-{service}"
        for name, text in settings(folder.name, service).items():
            write(folder / name, text)
            made += 1
        for number in range((files - made) // (100 - service)):
            write(folder / "src" / f"{random.choice(_WORDS)}_{number}.{ending(service)}",
                  program(random, uses=service % 10 == 0 and number == 0))  # fmt: skip
            made += 1
    for command in (
        ("init", "--quiet"),
        ("add", "."),
        ("-c", "gc.auto=0", "commit", "--quiet", "-m", "all"),
    ):
        identity = ("-c", "user.name=A", "-c", "user.email=a@example.com")
        subprocess.run(("git", *identity, *command), cwd=repository, check=True)
    subprocess.run(("git", "repack", "-adq"), cwd=repository, check=True)


def ending(service: int) -> str:
    """The ending of a service's programs."""
    return ("py", "ts", "go", "rb")[service % 4]


def settings(name: str, service: int) -> dict[str, str]:
    """The files of a service that are no programs."""
    variable = (
        f"            - name: {NAME}\n              valueFrom:\n" if service % 10 == 0 else ""
    )
    secret = "                secretKeyRef: {name: twilio, key: token}\n" if variable else ""
    return {
        "Dockerfile": "FROM scratch\nCOPY . /app\n",
        "deployment.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n"
        f"  name: {name}\nspec:\n  template:\n    spec:\n      containers:\n"
        f"        - name: {name}\n          image: example/{name}:1\n          env:\n"
        f"            - name: PORT\n              value: '80'\n{variable}{secret}",
        "README.md": f"# {name}\n\nSet {NAME} where it sends messages.\n",
    }


def program(random: Random, *, uses: bool) -> str:
    """A program of about 4 KB."""
    lines = [f'token = os.environ["{NAME}"]', "client = Client(sid, token)"] if uses else []
    while sum(map(len, lines)) < 4000:
        one, other = random.choice(_WORDS), random.choice(_WORDS)
        lines.append(f"{one}_{other} = {one}.find({other!r}, {random.randrange(1000)})  # {other}")
    return "\n".join(lines) + "\n"


def write(path: Path, text: str) -> None:
    """A file, with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    raise SystemExit(main())
