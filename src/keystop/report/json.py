"""Findings as one JSON object; its shape is a stable interface."""

from __future__ import annotations

import json
from typing import Any

from keystop import __version__
from keystop.escape import without_typed
from keystop.finding import Commit, Finding
from keystop.respond.exposure import state
from keystop.verdict import Outcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keystop.receipts import Bypasses

VERSION = 1


def report(outcome: Outcome) -> str:
    """{"version": 1, "findings": [...], "scanned": {...}, "skipped": [...]}, sorted keys."""
    receipt = outcome.receipt
    return json.dumps(
        {
            "version": VERSION,
            "keystop": __version__,
            "complete": outcome.error is None,
            "error": None if outcome.error is None else without_typed(str(outcome.error)),
            "bypasses": _bypasses(outcome.bypasses),
            "findings": [told(finding, outcome) for finding in outcome.findings],
            "scanned": {
                "files": receipt.files,
                "versions": receipt.versions,
                "known": receipt.known,
                "commits": receipt.commits,
                "lines": receipt.lines,
                "bytes": receipt.bytes,
            },
            "skipped": [
                {"path": text(outcome.shown(skipped.path)), "reason": skipped.reason}
                for skipped in receipt.skipped
            ],
        },
        indent=2,
        sort_keys=True,
    )


def _bypasses(bypasses: Bypasses | None) -> dict[str, Any] | None:
    if bypasses is None:
        return None
    return {
        "commits": bypasses.commits,
        "without": [_commit(one) for one in bypasses.without],
        "changed": [_commit(one) for one in bypasses.changed],
    }


def text(path: bytes) -> str:
    """A path as text; bytes that are no UTF-8 as \\xNN."""
    return path.decode("utf-8", "backslashreplace")


def told(finding: Finding, outcome: Outcome) -> dict[str, Any]:
    """What the report says of one finding."""
    partner = finding.partner
    where = finding.whereabouts
    return {
        "path": text(outcome.shown(finding.path)),
        "where": finding.where,
        "commit": finding.commit,
        "line": finding.line,
        "column": finding.column,
        "end_line": finding.end_line,
        "end_column": finding.end_column,
        "detector": finding.detector,
        "name": finding.name,
        "grants": finding.grants,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "reasons": list(finding.reasons),
        "blocks": finding.blocks(outcome.config.block),
        "suppressed": finding.suppressed,
        "rotated": finding.rotated,
        "encoded": finding.encoded,
        "fingerprint": finding.fingerprint,
        "excerpt": finding.excerpt.text,
        "partner": None
        if partner is None
        else {
            "detector": partner.detector,
            "name": partner.name,
            "line": partner.line,
            "column": partner.column,
        },
        "whereabouts": None
        if where is None
        else {
            "first": _commit(where.first),
            "last": _commit(where.last),
            "removed": _commit(where.removed),
            "in_head": where.in_head,
            "versions": where.versions,
            "branches": list(where.branches),
            "tags": list(where.tags),
            "remotes": list(where.remotes),
            "exposure": state(where),
        },
    }


def _commit(commit: Commit | None) -> dict[str, str] | None:
    if commit is None:
        return None
    return {"id": commit.oid, "author": commit.author, "day": commit.day}
