"""How long each detector takes on texts made to be slow for it.

    python benchmarks/hostile.py [WORD]

For every detector, and twelve ways of making a hostile text from its literals and examples, the
search is run over 64 KiB and over 256 KiB. Prints the worst of each, and all that break a promise:
more than 50 ms for 64 KiB (and 40 microseconds for each value that is really found there), or
more than 6 times as long for 4 times the text (16 is quadratic).
Times are CPU times of this process, where a promise breaks the least of up to nine.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path

from keystop.check import PATH, Judge
from keystop.engine import shipped_folder
from keystop.errors import NotRead
from keystop.records import Record, load

SIZE = 64 << 10
LIMIT, EACH, GROWTH = 0.050, 0.000_040, 6.0
# Below this a ratio is noise.
LEAST = 0.004
# What breaks a promise is measured so many times: other programs run, too.
AGAIN = 9


def main() -> int:
    """Measure all detectors whose id holds WORD; 1 where one breaks a promise."""
    gc.set_threshold(50_000)  # as in every command
    word = sys.argv[1] if len(sys.argv) > 1 else ""
    judge = Judge(load(Path(shipped_folder())))
    worst: list[tuple[float, float, str, str]] = []
    broken = 0
    for record in judge.records:
        if word not in record.id:
            continue
        for name, make in texts(judge, record).items():
            short, long = 1e9, 1e9
            for _ in range(AGAIN):
                once, found = taken(judge, record, make(SIZE))
                short, long = min(short, once), min(long, taken(judge, record, make(4 * SIZE))[0])
                ratio = long / short if long > LEAST else 0.0
                slow = short > LIMIT + found * EACH or ratio > GROWTH
                if not slow:
                    break
            worst.append((short, ratio, record.id, name))
            if slow:
                broken += 1
                print(f"{record.id}: {name}: {short * 1000:.1f} ms, x {ratio:.1f}")
    worst.sort(reverse=True)
    print("\n| detector | text | 64 KiB | 256 KiB is |\n|---|---|---|---|")
    for short, ratio, detector, name in worst[:10]:
        print(f"| {detector} | {name} | {short * 1000:.1f} ms | x {ratio:.1f} |")
    print(f"\n{len(worst)} texts, {broken} break a promise")
    return 1 if broken else 0


def texts(judge: Judge, record: Record) -> dict[str, Callable[[int], bytes]]:
    """Twelve hostile texts for a detector, by name; each is made to a size in bytes."""
    text, value = judge.generator.text(record, record.examples[0])
    value = value or text
    literal = (record.keywords or record.context)[0]

    def repeated(piece: str) -> Callable[[int], bytes]:
        data = piece.encode() or b" "
        return lambda size: (data * (size // len(data) + 1))[:size]

    return {
        "its literal": repeated(literal),
        "its literal, spaced": repeated(literal + " "),
        "its literal, on lines": repeated(literal + "\n"),
        "its literal, assigned": repeated(f'{literal}="'),
        "almost its value": repeated(value[:-1]),
        "almost its value, on lines": repeated(value[:-1] + "\n"),
        "its value": repeated(value + "\n"),
        "its example": repeated(text + "\n"),
        "its literal and a long run": lambda size: (literal + "a1" * size).encode()[:size],
        "its literal and spaces": lambda size: (literal + " " * size).encode()[:size],
        "quotes": repeated(f"{literal}'\"'\"'\""),
        "half its value": repeated(value[: len(value) // 2]),
    }


def taken(judge: Judge, record: Record, text: bytes) -> tuple[float, int]:
    """CPU seconds of a search for one detector, and how much it finds."""
    only = frozenset((judge.engine.number(record.id),))
    began = time.process_time()
    try:
        found = len(judge.engine.candidates(text, PATH, None, only))
    except NotRead:
        return 1e3, 0
    return time.process_time() - began, found


if __name__ == "__main__":
    raise SystemExit(main())
