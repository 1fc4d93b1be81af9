"""The table of docs/verification.md is what the records say. To make it anew:

python -m tests.verify.test_page
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from keystop.engine import shipped_folder
from keystop.records import Outcome, Record, Verify, load

PAGE = Path(__file__).parents[2] / "docs" / "verification.md"
HEAD = "| kinds | request | live | dead | limited | what the answer tells | source |"


def rows(records: Iterable[Record]) -> Iterator[str]:
    """The table: kinds that are asked about in the same way share a row."""
    yield HEAD
    yield "|---|---|---|---|---|---|---|"
    shared: dict[Verify, list[str]] = {}
    for record in records:
        if record.verify is not None:
            shared.setdefault(record.verify, []).append(f"`{record.id}`")
    for verify, kinds in shared.items():
        request = f"`{verify.method} {verify.url.removeprefix('https://')}`"
        cells = [
            ", ".join(kinds),
            request if verify.url else "none",
            *(_answers(verify.outcomes, means) for means in ("live", "dead", "limited")),
            verify.tells,
            f"[page]({verify.source})",
        ]
        if verify.offline:
            cells[3] = "`exp` has passed"
        yield f"| {' | '.join(cells)} |"


def _answers(outcomes: tuple[Outcome, ...], means: str) -> str:
    found = [
        f"{one.status} `{one.code or one.text}`" if one.code or one.text else str(one.status)
        for one in outcomes
        if one.means == means
    ]
    return ", ".join(dict.fromkeys(found))


def test_the_table_is_what_the_records_say(records: dict[str, Record]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    start = text.index(HEAD)
    table = text[start : text.index("\n\n", start)].splitlines()
    assert table == list(rows(records.values()))


def test_the_number_of_kinds_is_right(records: dict[str, Record]) -> None:
    number = sum(record.verify is not None for record in records.values())
    assert f"## The {number} kinds" in PAGE.read_text(encoding="utf-8")


def test_kinds_that_are_left_out_have_no_request(records: dict[str, Record]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    left_out = re.findall(r"`([a-z0-9-]+\.[a-z0-9-]+)`", text[text.index("## Not asked about") :])
    assert left_out
    assert [kind for kind in left_out if records[kind].verify is not None] == []


if __name__ == "__main__":
    print("\n".join(rows(load(Path(shipped_folder())))))
