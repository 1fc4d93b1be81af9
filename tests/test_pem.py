"""The promise: a private key is read, and what it is said in words; any bytes are survived."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keystop.pem import describe

KEYS = {
    "RSA, PKCS #1": (("genrsa", "-traditional", "2048"), "an RSA or DSA key of 2,048 bits"),
    "RSA, PKCS #8": (("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"),
                     "a key for RSA"),
    "EC": (("ecparam", "-name", "prime256v1", "-genkey", "-noout"), "an EC key of 256 bits"),
    "EC, larger": (("ecparam", "-name", "secp384r1", "-genkey", "-noout"), "an EC key of 384 bits"),
    "Ed25519": (("genpkey", "-algorithm", "ED25519"), "a key for Ed25519"),
    "under a passphrase": (("genpkey", "-algorithm", "ED25519", "-aes256", "-pass", "pass:x1y2"),
                           "a key under a passphrase"),
}  # fmt: skip


def made(*arguments: str) -> bytes:
    """What openssl prints."""
    return subprocess.run(("openssl", *arguments), capture_output=True, check=True).stdout


@pytest.mark.parametrize(("arguments", "words"), KEYS.values(), ids=KEYS)
def test_keys_of_openssl(arguments: tuple[str, ...], words: str) -> None:
    block = made(*arguments)
    assert describe(block) == words
    assert describe(block.replace(b"\n", b"\\n")) == words
    cut = block[: len(block) // 2] + b"\n" + block.splitlines()[-1]
    assert describe(cut) == ""


@pytest.mark.parametrize("passphrase", ["", "correct horse"])
def test_keys_of_ssh(tmp_path: Path, passphrase: str) -> None:
    path = tmp_path / "key"
    subprocess.run(
        ("ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)), check=True
    )
    told = "an OpenSSH key" + (" under a passphrase" if passphrase else "")
    assert describe(path.read_bytes()) == told


def test_a_public_key_is_no_key() -> None:
    key = made("genpkey", "-algorithm", "ED25519")
    public = subprocess.run(
        ("openssl", "pkey", "-pubout"), input=key, capture_output=True, check=True
    ).stdout
    assert describe(public) == ""


@given(st.binary(max_size=200))
def test_any_body_is_survived(body: bytes) -> None:
    describe(b"-----BEGIN PRIVATE KEY-----\n" + body)
