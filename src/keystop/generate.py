"""Example texts, made from the records when they are needed and never stored."""

from __future__ import annotations

import re
from random import Random

from keystop import patterns, quiet
from keystop.checksums import CHECKS
from keystop.engine import Engine
from keystop.errors import Usage
from keystop.records import Record

# {value} the secret of the record itself, {other.id} one of another record, {/regex/} any text
_SLOT = re.compile(r"\{(?P<regex>/.*?/)\}|\{(?P<name>value|[a-z0-9-]+\.[a-z0-9-]+)\}", re.DOTALL)


class Generator:
    """Makes examples; the same seed gives the same ones."""

    def __init__(self, records: list[Record], engine: Engine, seed: int = 0) -> None:
        self._records = {record.id: record for record in records}
        self._engine = engine
        self.random = Random(seed)

    def value(self, record: Record) -> str:
        """A value that the record describes. Raises Usage where 200 tries gave none."""
        detector = self._engine.detector(self._engine.number(record.id))
        source = re.compile(record.pattern.encode(), re.VERBOSE)
        for _ in range(200):
            text = patterns.example(record.generator or record.pattern, self.random).encode()
            match = source.fullmatch(text)
            if match is None:
                continue
            group = "secret" if "secret" in source.groupindex else 0
            start, end = match.span(group)
            secret = text[start:end]
            if record.checksum:
                secret = CHECKS[record.checksum][1](secret)
                text = text[:start] + secret + text[end:]
                if not source.fullmatch(text):
                    continue
            if not detector.objection(secret, b"") and not quiet.made_up(secret):
                return text.decode()
        raise Usage(f"{record.source}: {record.id}: no example could be made from its pattern")

    def text(self, record: Record, template: str) -> tuple[str, str]:
        """A template with its slots filled, and the value that stands at {value} (or empty)."""
        value = ""

        def fill(match: re.Match[str]) -> str:
            nonlocal value
            if match["regex"]:
                return patterns.example(match["regex"][1:-1], self.random)
            if match["name"] == "value":
                value = value or self.value(record)
                return value
            return self.value(self._records[match["name"]])

        return _SLOT.sub(fill, template), value

    def near_miss(self, template: str) -> str:
        """A near miss with its slots filled."""
        return self.text(next(iter(self._records.values())), template)[0]
