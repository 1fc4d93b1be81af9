"""Values that everybody knows: documentation, standards and emulators publish them.

Kept as hashes, since the values themselves would be taken for secrets by every scanner.
"""

from __future__ import annotations

from hashlib import sha256

# The first eight bytes of SHA-256 of each, in hexadecimal digits. Computed by
# `printf %s VALUE | sha256sum | cut -c1-16`.
_KNOWN = frozenset(
    (
        # API keys of Google's own pages and samples (gitleaks has this list, in its allowlist)
        "27a9a42931dff7eb",
        "49f777db995e8260",
        "a6c814bc555ae62c",
        "8731261cb72d8626",
        "37f8f09bdf12c2f2",
        "eb540d2b6ee2a0a4",
        "2037abcaffb2b777",
        "3a8b61d0f636b007",
        "4c98242dcadc8b29",
        "ea9bb1082cf95663",
        "3f370c9dd8225c63",
        "a19f89ab3555eac1",
        "e4a5542bb7fd7b67",
        "dc0fcf046c61640c",
        "0b476bdf9acf2123",
        # Stripe's documentation: test keys of everybody
        "2cafc0970149a84f",
        "f2d6ca16515033e5",
        "7e8de44ea9ecf6d5",
        # the emulators of Azure Storage and of Cosmos DB
        "0011cc25eb432071",
        "aa6547439583c3a2",
        # RFC 6749 and 6750, OAuth 2.0
        "00cf4c781dc37003",
        "6c96130f130ab0d6",
        "ca7459e2b26776de",
        "e9974c507d2a8021",
        "b8e148545b13c78b",
        # RFC 5849, OAuth 1.0
        "cb87c87e4a138d9a",
        "649e1f5c769e718b",
        "c20fbc2b96183894",
        "b87dad10a32a2d81",
        "2ff8b0fb93aca981",
        # RFC 7617 (Basic), 6455 (WebSocket), 6238 (one-time passwords)
        "cf4d418ed3de92d7",
        "15cef4b629cc2d07",
        "549c9390539efcfa",
        # the accounts of Hardhat, Foundry and Ganache, the same for everybody
        "bc1a50966c9e6486",
        "8335c55334821eef",
        "b26ab6529d20ebeb",
        "64034b44c579b335",
        "4d3e46eec8244d1d",
        "0aedba9d586f34f9",
        "28e543d3753fc9d1",
        "f070994a85994785",
        "38e69fdd19aefeb4",
        "967f21586cdf1248",
        "578592185588730b",
    )
)


def objection(value: bytes) -> str:
    """Why a value that everybody knows is no secret; empty for all others."""
    if sha256(value.removeprefix(b"0x")).hexdigest()[:16] in _KNOWN:
        return "everybody knows it: documentation, a standard or an emulator shows it"
    return ""
