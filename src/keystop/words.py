"""How much a value reads like words: a model of which three characters follow each other.

It was trained by benchmarks/words.py on the words and names of pip and npm packages.
"""

from __future__ import annotations

import os

# Letters without regard to case, the ten digits, what separates words, all else.
CLASSES = bytes(
    (byte | 0x20) - 0x60
    if chr(byte).isascii() and chr(byte).isalpha()
    else byte - 0x30 + 27
    if 0x30 <= byte <= 0x39
    else 0
    if byte in b" _-./:"
    else 37
    for byte in range(256)
)
COUNT = 38
# The file holds sixteenths of a bit.
SCALE = 16

_table = b""


def surprise(value: bytes) -> float:
    """Bits a character by which value surprises whoever expects words.

    Words and names have 2 to 4, random letters and digits 7 and more.
    """
    global _table
    if not _table:
        with open(os.path.join(os.path.dirname(__file__), "words.bin"), "rb") as file:
            _table = file.read()
    table, first, second, sum_ = _table, 0, 0, 0
    for third in value.translate(CLASSES):
        sum_ += table[(first * COUNT + second) * COUNT + third]
        first, second = second, third
    return sum_ / (SCALE * max(1, len(value)))
