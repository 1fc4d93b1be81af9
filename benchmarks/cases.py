"""Recall and false alarms on labelled texts, by their source.

    python benchmarks/cases.py FILE.jsonl [--wrong LABELS.tsv] [--misses] [--alarms]

Each line of the file is an object with id, source, rule, filename, text, expect ("secret" or
"clean"), secret (where known) and strict (true: nothing at all is to be found in the text).
What is only noted (severity low) does not count as found. Values are not printed. The texts whose
ids LABELS.tsv names are left out: their labels are wrong, each for the reason given there.
"""

from __future__ import annotations

import argparse
import collections
import json
from pathlib import Path
from typing import Any

from keystop.engine import load
from keystop.finding import Finding
from keystop.fingerprint import Fingerprints
from keystop.hunk import Hunk
from keystop.scan import Receipt, Scanner


def main() -> int:
    """Print the table, and on request each text that was judged otherwise than its label says."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--wrong", type=Path)
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--alarms", action="store_true")
    arguments = parser.parse_args()
    wrong: set[str] = set()
    if arguments.wrong:
        rows = arguments.wrong.read_text(encoding="utf-8").splitlines()[1:]
        wrong = {row.split("\t")[0] for row in rows}
    engine = load()
    texts: collections.Counter[tuple[str, str]] = collections.Counter()
    hits: collections.Counter[tuple[str, str]] = collections.Counter()
    for line in arguments.file.read_text(encoding="utf-8").splitlines():
        case: dict[str, Any] = json.loads(line)
        if case["id"] in wrong:
            continue
        text = case["text"].encode("utf-8", "surrogatepass")
        scanner = Scanner(
            (engine,),
            Fingerprints(slow=False).of,
            lambda _, whole=text: whole,  # type: ignore[misc]
        )
        hunk = Hunk(case["filename"].encode(), 1, text)
        found = [one for one in scanner.scan([hunk], Receipt()) if one.severity != "low"]
        clean = case["expect"] == "clean"
        kind = "strict" if case["strict"] and clean else case["expect"]
        for source in (case["source"], "all"):
            texts[source, kind] += 1
            hits[source, kind] += bool(found)
        if arguments.misses and not clean and not found:
            print(f"missed: {case['id']} {case['rule']} {case['filename']}")
        if arguments.alarms and clean and found:
            print(f"alarm: {case['id']} {case['rule']}: {_told(found)}")
    print("| source | secrets found | clean texts that alarm | strict texts that alarm |")
    print("|---|---|---|---|")
    for source in sorted({source for source, _ in texts}):
        cells = [_share(hits[source, kind], texts[source, kind]) for kind in KINDS]
        print(f"| {source} | {' | '.join(cells)} |")
    return 0


KINDS = ("secret", "clean", "strict")


def _told(found: list[Finding]) -> str:
    return ", ".join(f"{one.detector} in line {one.line}" for one in found)


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.0f} %)" if whole else "-"


if __name__ == "__main__":
    raise SystemExit(main())
