"""What a whole history costs, beside the peers that are in PATH and the floor.

    python benchmarks/history.py REPOSITORY [--jobs N] [--without NAME ...]
    python benchmarks/history.py REPOSITORY --growth

The floor is git reading every version of every file, in the order in which keystop reads them and
in the order in which git lists them, with as many processes, and nothing else; the same is done
with libgit2 where pygit2 is installed. keystop is run once more, when it knows the history. Wall
and CPU times of one run each, after one of the floor that brings the repository into memory, and
the most memory that a command and all that it started had at once (Linux: proportional set size).
--growth scans ever more of the commits, the first of them first.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

from keystop.git import find_repository
from keystop.sources.history import versions


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", type=Path)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--without", action="append", default=[])
    parser.add_argument("--growth", action="store_true")
    arguments = parser.parse_args()
    os.chdir(arguments.repository)
    jobs = str(arguments.jobs)
    if arguments.growth:
        growth(jobs)
        return 0
    files = versions(find_repository(), ("--all",))
    by_path = [oid for one in files for oid in one.ids()]
    listed = git("rev-list", "--objects", "--in-commit-order", "--filter=object:type=blob", "--all")
    as_listed = [line.split(" ")[0] for line in listed.splitlines() if " " in line]
    sizes = git("cat-file", "--batch-check=%(objectsize)", given="\n".join(by_path) + "\n").split()
    print(f"{len(files):,} files, {len(by_path):,} versions, {sum(map(int, sizes)) / 1e6:,.0f} MB")
    read(by_path, arguments.jobs)
    rows: dict[str, tuple[float, float, float]] = {
        "floor, file by file": read(by_path, arguments.jobs),
        "floor, as git lists them": read(as_listed, arguments.jobs),
    }
    if importlib.util.find_spec("pygit2"):
        with_libgit2 = (sys.executable, "-c", PYGIT2)
        rows["libgit2, file by file"] = read(by_path, arguments.jobs, with_libgit2)
    shutil.rmtree("keystop", ignore_errors=True)  # what an earlier run remembers
    for name, command in {
        "keystop": ("keystop", "scan", "--history", "--jobs", jobs),
        "keystop, once more": ("keystop", "scan", "--history", "--jobs", jobs),
        "kingfisher": ("kingfisher", "scan", ".", "--git-history", "full", "--no-validate",
                       "--no-update-check", "--jobs", jobs),
        "gitleaks": ("gitleaks", "git", "--no-banner", "--log-opts=--all"),
    }.items():  # fmt: skip
        if shutil.which(command[0]) and name not in arguments.without:
            rows[name] = timed([command])
    print("\n| | wall | CPU | memory | keystop's share of the wall time |\n|---|---|---|---|---|")
    for name, (wall, cpu, memory) in rows.items():
        times = f"{wall:.1f} s | {cpu:.1f} s | {memory:.0f} MB"
        print(f"| {name} | {times} | {rows['keystop'][0] / wall:.2f} |")
    return 0


# What part of the commits is scanned.
PARTS = (1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1)


def growth(jobs: str) -> None:
    """Print how long ever more of a history takes."""
    commits = git("rev-list", "--reverse", "--topo-order", "HEAD").split()
    print("| commits | read | wall | CPU | memory | MB/s |\n|---|---|---|---|---|---|")
    for part in PARTS:
        number = max(1, round(len(commits) * part))
        scan = ("keystop", "scan", "--history", commits[number - 1], "--jobs", jobs)
        listed = git(
            "rev-list", "--objects", "--filter=object:type=blob", "--filter-provided-objects",
            "--no-object-names", commits[number - 1],
        )  # fmt: skip
        sizes = git("cat-file", "--batch-check=%(objectsize)", given=listed).split()
        shutil.rmtree("keystop", ignore_errors=True)
        wall, cpu, memory = timed([scan])
        size = sum(map(int, sizes)) / 1e6
        times = f"{wall:.1f} s | {cpu:.1f} s | {memory:.0f} MB | {size / wall:.0f}"
        print(f"| {number} | {size:,.0f} MB | {times} |", flush=True)


# Reads the objects that standard input names.
PYGIT2 = (
    "import sys, pygit2; r = pygit2.Repository('.')\nfor line in sys.stdin: r.read(line.strip())"
)


def git(*arguments: str, given: str = "") -> str:
    """What git prints."""
    return subprocess.run(
        ("git", *arguments), input=given, check=True, capture_output=True, text=True
    ).stdout


def read(
    oids: list[str],
    jobs: int,
    command: tuple[str, ...] = ("git", "cat-file", "--batch", "--buffer"),
) -> tuple[float, float, float]:
    """What timed says of git that reads these objects by so many processes."""
    each = -(-len(oids) // jobs)
    parts = [oids[at : at + each] for at in range(0, len(oids), each)]
    return timed([command] * len(parts), parts)


def timed(
    commands: list[tuple[str, ...]], given: list[list[str]] | None = None
) -> tuple[float, float, float]:
    """Seconds (wall, CPU) and MB of memory of commands that run at once."""
    before = os.times()
    running = []
    for number, command in enumerate(commands):
        with tempfile.TemporaryFile("w+", encoding="ascii") as file:
            file.write("".join(f"{oid}\n" for oid in given[number]) if given else "")
            file.seek(0)
            running.append(
                subprocess.Popen(
                    command, stdin=file, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
                )
            )
    over = threading.Event()
    most = [0]

    def watch() -> None:
        while not over.wait(0.2):  # to look costs time of those who are looked at
            most[0] = max(most[0], sum(map(held, family([one.pid for one in running]))))

    watching = threading.Thread(target=watch)
    watching.start()
    for one in running:
        one.wait()
    after = os.times()
    over.set()
    watching.join()
    cpu = after.children_user + after.children_system - before.children_user
    return after.elapsed - before.elapsed, cpu - before.children_system, most[0] / 1e6


def family(pids: list[int]) -> list[int]:
    """These processes and all that they started."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = list(pids)
    for pid in found:
        found += parents.get(pid, [])
    return found


def held(pid: int) -> int:
    """The memory of a process in bytes, of what it shares with others its part."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) << 10
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
