"""How many places are reported in real code, side by side with the peers that are in PATH.

    python benchmarks/realcode.py FOLDER [--places]

FOLDER holds unpacked packages. Counted are the places that each program reports, for a million
lines; keystop's also by kind. Nothing of a value is printed: --places lists keystop's, masked, so
that each can be looked at.
"""

from __future__ import annotations

import argparse
import collections
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path


def main() -> int:
    """Run the programs one after the other, print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--places", action="store_true")
    arguments = parser.parse_args()
    folder = arguments.folder.resolve()
    report = json.loads(output("keystop", "scan", "--format", "json", str(folder)))
    found, lines = report["findings"], report["scanned"]["lines"]
    blocking = [one for one in found if one["blocks"]]
    print(f"{lines:,} lines in {report['scanned']['files']:,} files\n")
    print("| program | places | a million lines |\n|---|---|---|")
    rows = {"keystop, blocking": len(blocking), "keystop, noted": len(found) - len(blocking)}
    rows |= {name: count(folder) for name, count in PEERS.items() if shutil.which(name)}
    for name, places in rows.items():
        print(f"| {name} | {places:,} | {1e6 * places / lines:.0f} |")
    print("\n| kind | severity | places |\n|---|---|---|")
    kinds = collections.Counter((one["detector"], one["severity"]) for one in found)
    for (kind, severity), places in kinds.most_common():
        print(f"| {kind} | {severity} | {places} |")
    if arguments.places:
        for one in blocking:
            print(f"{one['path']}:{one['line']}: {one['detector']}: {one['excerpt'].strip()}")
    return 0


def output(*command: str, cwd: Path | None = None) -> str:
    """What a program prints, however it ends: findings are a status of their own."""
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd).stdout


def gitleaks(folder: Path) -> int:
    """The findings of gitleaks in files."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        output("gitleaks", "dir", str(folder), "--no-banner", "--redact",
               "--report-format", "json", "--report-path", file.name)  # fmt: skip
        return len(json.loads(Path(file.name).read_text(encoding="utf-8") or "[]"))


def kingfisher(folder: Path) -> int:
    """The findings of kingfisher, without asking anybody whether they are live."""
    said = output("kingfisher", "scan", str(folder), "--no-validate", "--no-update-check",
                  "--format", "jsonl")  # fmt: skip
    return sum('"rule"' in line for line in said.splitlines())


def credsweeper(folder: Path) -> int:
    """The findings of CredSweeper."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        output("credsweeper", "--path", str(folder), "--save-json", file.name)
        return len(json.loads(Path(file.name).read_text(encoding="utf-8") or "[]"))


def detect_secrets(folder: Path) -> int:
    """The findings of detect-secrets in all files, tracked or not."""
    said = json.loads(output("detect-secrets", "scan", "--all-files", ".", cwd=folder) or "{}")
    return sum(map(len, said.get("results", {}).values()))


PEERS: dict[str, Callable[[Path], int]] = {
    "gitleaks": gitleaks,
    "kingfisher": kingfisher,
    "credsweeper": credsweeper,
    "detect-secrets": detect_secrets,
}

if __name__ == "__main__":
    sys.exit(main())
