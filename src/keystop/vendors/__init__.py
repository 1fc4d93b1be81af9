"""What is done at a vendor after a leak: looking into it, revoking, rotating."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

# By vendor: what is offered, and for what. Only what each one's API can do.
VENDORS = {
    "twilio": ("Twilio", ("investigate", "revoke", "rotate")),
    "aws": ("AWS access keys", ("investigate", "revoke", "rotate")),
    "github": ("GitHub tokens", ("revoke", "rotate")),
    "gitlab": ("GitLab personal access tokens", ("revoke", "rotate")),
    "npm": ("npm access tokens", ("revoke", "rotate")),
    "sendgrid": ("SendGrid API keys", ("revoke", "rotate")),
    "slack": ("Slack tokens", ("revoke", "rotate")),
}


def module(vendor: str) -> ModuleType:
    """The module with a function for each of a vendor's actions, and KINDS."""
    from importlib import import_module

    return import_module(f"keystop.vendors.{'twilio.command' if vendor == 'twilio' else vendor}")


def actions_on(detector: str) -> Iterator[tuple[str, str]]:
    """(action, vendor) of what can be done with secrets of a kind."""
    vendor = detector.partition(".")[0]
    if vendor in VENDORS and detector in module(vendor).KINDS.secrets:
        for action in VENDORS[vendor][1]:
            yield action, vendor
