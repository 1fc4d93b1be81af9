"""Findings as SARIF 2.1.0 (OASIS standard), as code hosts and editors read it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from keystop import __version__
from keystop.escape import without_typed
from keystop.finding import Finding
from keystop.hunk import AUTHOR, MESSAGE, NAME
from keystop.verdict import Outcome

_LEVELS = {"low": "note", "medium": "warning", "high": "error", "critical": "error"}
_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def report(outcome: Outcome) -> str:
    """One run with a rule for each detector that found something."""
    rules = {finding.detector: finding for finding in outcome.findings}
    numbers = {detector: number for number, detector in enumerate(sorted(rules))}
    error = outcome.error
    return json.dumps(
        {
            "$schema": _SCHEMA,
            "version": "2.1.0",
            "runs": [
                {
                    "tool": {
                        "driver": {
                            "name": "keystop",
                            "version": __version__,
                            "informationUri": "https://github.com/keystop/keystop",
                            "rules": [_rule(rules[detector]) for detector in sorted(rules)],
                        }
                    },
                    "columnKind": "unicodeCodePoints",
                    "invocations": [
                        {
                            "executionSuccessful": error is None,
                            "toolExecutionNotifications": []
                            if error is None
                            else [
                                {"level": "error", "message": {"text": without_typed(str(error))}}
                            ],
                        }
                    ],
                    "results": [
                        _result(finding, outcome.shown(finding.path), numbers)
                        for finding in outcome.findings
                    ],
                }
            ],
        },
        indent=2,
        sort_keys=True,
    )


def _rule(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.detector,
        "name": finding.name,
        "shortDescription": {"text": finding.name},
        "fullDescription": {"text": finding.grants},
        "help": {"text": f"keystop explain {finding.detector}"},
        "defaultConfiguration": {"level": _LEVELS[finding.severity]},
        "properties": {"tags": ["security", "secret"], "precision": finding.confidence},
    }


def _result(finding: Finding, path: bytes, numbers: dict[str, int]) -> dict[str, Any]:
    location: dict[str, Any] = {"artifactLocation": {"uri": _uri(finding, path)}}
    if finding.where != NAME:
        location["region"] = {
            "startLine": finding.line,
            "startColumn": finding.column,
            "endLine": finding.end_line,
            "endColumn": finding.end_column,
        }
    result: dict[str, Any] = {
        "ruleId": finding.detector,
        "ruleIndex": numbers[finding.detector],
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.name}. {finding.grants}"},
        "locations": [{"physicalLocation": location}],
        "properties": {"confidence": finding.confidence, "severity": finding.severity},
    }
    if finding.fingerprint:
        result["partialFingerprints"] = {"keystop/v1": finding.fingerprint}
    if finding.suppressed:
        kind = "inSource" if finding.suppressed.startswith("allowed") else "external"
        result["suppressions"] = [{"kind": kind, "justification": finding.suppressed}]
    return result


def _uri(finding: Finding, path: bytes) -> str:
    return "commit-message" if finding.where in (MESSAGE, AUTHOR) else quote(path)
