"""Recognising a secret again without keeping it.

A machine-made secret is too long to be guessed, so a keyed hash does; the key, which stands in
the baseline, keeps fingerprints of different repositories apart. A password can be guessed from
a list. Its hash is slow, bound to detector and path, and cut to 20 bits: of 14 million common
words about 13 give the same, so that a hit confirms nothing, while a changed password in the same
place is still noticed but for one chance in a million.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from keystop.detector import Detector

NO_SALT = b"keystop fingerprint without a baseline"


class Fingerprints:
    """Fingerprints of one baseline's salt.

    slow: also those of passwords, 50 to 110 ms each; without it theirs are empty.
    """

    def __init__(self, salt: bytes = NO_SALT, *, slow: bool) -> None:
        self._salt = salt
        self._slow = slow
        self._known: dict[tuple[str, bytes, bytes], str] = {}

    def of(self, detector: Detector, value: bytes, path: bytes) -> str:
        """The fingerprint: `h1:` and 32 hexadecimal digits, or for a password `s1:` and 5."""
        if not detector.password:
            import hmac

            return "h1:" + hmac.digest(self._salt, value, "sha256")[:16].hex()
        if not self._slow:
            return ""
        key = (detector.id, path, value)
        if key not in self._known:
            import hashlib

            salt = b"\0".join((self._salt, detector.id.encode(), path))
            digest = hashlib.scrypt(value, salt=salt, n=1 << 14, r=8, p=1, dklen=3)
            self._known[key] = "s1:" + digest.hex()[:5]
        return self._known[key]
