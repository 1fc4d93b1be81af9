"""Requests and answers, held against Twilio's own descriptions where these are."""

from __future__ import annotations

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

from tests.vendors.served import Answer, Request

SPECS = Path(os.environ.get("KEYSTOP_SPECS") or Path(__file__).parents[3] / "shared" / "specs")
# Hosts that no description is there for: what is asked there comes from the SDK as it is.
UNDESCRIBED = {"voice.twilio.com"}
_FILES = {
    "accounts.twilio.com": "twilio_accounts_v1.json",
    "api.twilio.com": "twilio_api_v2010.json",
    "iam.twilio.com": "twilio_iam_v1.json",
    "monitor.twilio.com": "twilio_monitor_v1.json",
    "verify.twilio.com": "twilio_verify_v2.json",
}
_FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
    "int64": r"\d+",
}
_TYPES = {"boolean": r"true|false|True|False", "integer": r"\d+"}
# What Twilio answers and its descriptions leave out.
_ERRORS = {400, 401, 403, 404, 429, 500, 503}


def there() -> bool:
    """Whether the descriptions are there."""
    return all((SPECS / name).is_file() for name in _FILES.values())


@cache
def _spec(host: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((SPECS / _FILES[host]).read_bytes())
    return read


def check_all(log: list[tuple[Request, Answer]]) -> None:
    """Check each kind of request once: those that differ in ids and secrets only are the same."""
    kinds = {
        re.sub(
            "[0-9a-zA-Z]{32}|rotation%20[0-9a-f]+|rotation\\+[0-9a-f]+",
            "",
            f"{request.method} {request.host}{request.path} {request.query} "
            f"{request.body!r} {answer.status}",
        ): (request, answer)
        for request, answer in log
    }
    for request, answer in kinds.values():
        check(request, answer)


def check(request: Request, answer: Answer) -> None:
    """Raises AssertionError where one of them is not as it is described."""
    if request.host in UNDESCRIBED:
        return
    operation, parameters, values = _operation(request)
    told = f"{request.method} {request.host}{request.path}"
    known = {(one["in"], one["name"]): one for one in parameters}
    for name, value in request.query:
        assert ("query", name) in known, f"{told}: no parameter {name}"
        _fits(f"{told} {name}", value, _resolved(request.host, known["query", name]["schema"]))
    for (place, name), one in known.items():
        if one.get("required"):
            held = values if place == "path" else dict(request.query)
            assert name in held, f"{told}: {name} is missing"
    for name, value in values.items():
        _fits(f"{told} {name}", value, _resolved(request.host, known["path", name]["schema"]))
    _form(told, request, operation)
    assert request.headers.get("Authorization", "").startswith("Basic "), f"{told}: no login"
    _answer(told, request.host, operation, answer)


def _operation(request: Request) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, str]]:
    for path, item in _spec(request.host)["paths"].items():
        pattern = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+?)", re.escape(path))
        match = re.fullmatch(pattern, request.path)
        if match and request.method.lower() in item:
            operation = item[request.method.lower()]
            both = [*item.get("parameters", []), *operation.get("parameters", [])]
            return operation, both, match.groupdict()
    raise AssertionError(f"{request.method} {request.host}{request.path}: no such operation")


def _form(told: str, request: Request, operation: dict[str, Any]) -> None:
    content = operation.get("requestBody", {}).get("content", {})
    schema = content.get("application/x-www-form-urlencoded", {}).get("schema", {})
    properties = schema.get("properties", {})
    for name, value in request.form:
        assert name in properties, f"{told}: no field {name}"
        _fits(f"{told} {name}", value, _resolved(request.host, properties[name]))
    missing = set(schema.get("required", ())) - set(dict(request.form))
    assert not missing, f"{told}: {missing} missing"
    if request.form:
        sent = request.headers.get("Content-Type", "")
        assert sent.startswith("application/x-www-form-urlencoded"), f"{told}: {sent}"


def _fits(told: str, value: str, schema: dict[str, Any]) -> None:
    for pattern in (
        schema.get("pattern"),
        _FORMATS.get(schema.get("format", "")),
        _TYPES.get(schema.get("type", "")),
    ):
        assert pattern is None or re.fullmatch(pattern.strip("^$"), value), f"{told}={value}"
    if "enum" in schema:
        assert value in schema["enum"], f"{told}={value}"
    if "maximum" in schema:
        assert schema.get("minimum", 0) <= int(value) <= schema["maximum"], f"{told}={value}"


def _answer(told: str, host: str, operation: dict[str, Any], answer: Answer) -> None:
    if answer.status in _ERRORS:
        body = json.loads(answer.data)
        assert set(body) == {"code", "message", "more_info", "status"}, told
        return
    described = operation["responses"].get(str(answer.status))
    assert described is not None, f"{told}: no answer {answer.status}"
    content = described.get("content", {}).get("application/json")
    if content is None:
        assert answer.data == b"", f"{told}: a body with {answer.status}"
        return
    schema = _resolved(host, content["schema"])
    jsonschema.validate(json.loads(answer.data), schema)


def _resolved(host: str, schema: Any) -> Any:
    """The schema with references replaced, null allowed where it says so, no field unknown."""
    if isinstance(schema, list):
        return [_resolved(host, one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        found = _spec(host)
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return _resolved(host, found)
    made = {name: _resolved(host, value) for name, value in schema.items()}
    if made.get("nullable") and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    if isinstance(made.get("properties"), dict) and "type" in made:
        made.setdefault("additionalProperties", False)
    return made
