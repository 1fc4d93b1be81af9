"""`keystop impact FINDING`: what depends on a credential."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from keystop.impact import dot, html, json, mermaid, text
from keystop.impact.assess import impact_of
from keystop.impact.outcome import Impact
from keystop.replacing import replace_file
from keystop.respond.located import locate

_FORMATS: dict[str, Callable[[Impact], str]] = {
    "text": text.report,
    "json": json.report,
    "dot": dot.report,
    "mermaid": mermaid.report,
    "html": html.report,
}


def impact(arguments: argparse.Namespace) -> int:
    """Print what depends on a finding, or write it into a file; the exit status."""
    found = impact_of(locate(arguments.what), arguments.repositories or [])
    told = _FORMATS[arguments.format](found)
    if arguments.output:
        replace_file(Path(arguments.output), told.encode("utf-8", "backslashreplace"))
    else:
        print(told, end="")
    return 0
