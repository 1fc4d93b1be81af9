"""What depends on a credential as one JSON object; its shape is a stable interface."""

from __future__ import annotations

import json
from typing import Any

from keystop import __version__
from keystop.impact.outcome import Impact, Service

VERSION = 1


def report(impact: Impact) -> str:
    """The object that docs/impact.md describes, sorted keys."""
    told = {
        "version": VERSION,
        "keystop": __version__,
        "finding": {"detector": impact.detector, "name": impact.name, "place": impact.place},
        "names": list(impact.names),
        "services": [_service(one) for one in impact.services],
        "shared": _service(impact.shared),
        "update": list(impact.update),
        "value": [
            {"path": one.path, "line": one.line, "spelling": one.spelling, "refs": list(one.refs)}
            for one in impact.stands
        ],
    }
    return json.dumps(told, indent=2, sort_keys=True) + "\n"


def _service(service: Service) -> dict[str, Any]:
    return {
        "name": service.name,
        "owner": service.owner,
        "weight": service.weight,
        "redeploy": list(service.redeploy),
        "links": [link._asdict() for link in service.links],
    }
