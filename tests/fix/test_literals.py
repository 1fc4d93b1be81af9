"""Literals of any kind around a secret: the program's value stays what it was."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from keystop.errors import Usage
from keystop.fix import code
from keystop.fix.cutting import Wanted
from keystop.fix.edits import applied, change
from keystop.fix.javascript import JAVASCRIPT
from keystop.fix.python import PYTHON
from keystop.fix.syntax import Language, parse

NAME = "KEYSTOP_TEST_TOKEN"
SECRET = secrets.token_hex(16)
# What may stand beside the secret: quotes, escapes, braces, line ends, letters of all alphabets.
NEAR = [
    *("", "", ":", " ", "'", '"', "\\\\", "\\n", "\\t", "\\'", '\\"', "\n", "\r\n", "é", "{", "}}"),
    *("$", "${", "%", "%s", "`", "\\`", "#", "\\u00e9", "漢", "\\x41", "/"),
]
FAR = [*NEAR, "a", "key=", "\\\n"]


def fixed(language: Language, text: str) -> str:
    """A program without the secret. Raises Usage where that is not certain."""
    source = parse(language, "it", text.encode())
    wanted = [Wanted(SECRET.encode(), NAME, loose=False)]
    made = code.edits(source, wanted, language.lookups["env"])
    one = change(Path("it"), text.encode(), made)
    new = applied(one)
    if not made:
        raise Usage("it is a piece of a longer word")
    code.check(source, new, parse(language, "it", new), wanted)
    return new.decode()


def value(text: str) -> object:
    """What a program of Python calls value; None where it is no program."""
    names: dict[str, object] = {"host": "localhost"}
    try:
        exec(text, names)
    except (SyntaxError, NameError, ValueError, TypeError):
        return None
    return names["value"]


parts = st.lists(st.sampled_from(FAR), max_size=4).map("".join)


@given(
    before=st.tuples(parts, st.sampled_from(NEAR)).map("".join),
    after=st.tuples(st.sampled_from(NEAR), parts).map("".join),
    quote=st.sampled_from(["'", '"', "'''", '"""']),
    prefix=st.sampled_from(["", "", "r", "b", "f", "rb", "u", "rf"]),
    around=st.sampled_from(["value = {}", "value = [{}, 1]", "value = {}.upper()", "value = 'x' {}",
                            "value = {} 'x'", "value = {} * 2", "value = len({})",
                            "value = ({}\n   'x{{host}}')", "value = 'x' + {} + 'y'",
                            "value = {{{}: 1}}", "value = {}[1:]", "value = f'<{{{}}}>'",
                            "value = (lambda it={}: it)()", "value = {} if {} else 1"]),
)  # fmt: skip
def test_python(before: str, after: str, quote: str, prefix: str, around: str) -> None:
    text = around.replace("{}", f"{prefix}{quote}{before}{SECRET}{after}{quote}")
    text = text.replace("{{", "{").replace("}}", "}") + "\n"
    old = value(text)
    assume(old is not None)
    try:
        new = fixed(PYTHON, text)
    except Usage:
        return  # not certain, and nothing was written
    os.environ[NAME] = SECRET
    assert value(new) == old, new.replace(SECRET, "SECRET")


_NODE = """
const programs = JSON.parse(require('node:fs').readFileSync(0, 'utf-8'));
const told = programs.map((text) => {
  try { return String(new Function('process', 'host', text + '\\n;return value;')(process, 'h')); }
  catch (error) { return null; }
});
console.log(JSON.stringify(told));
"""
_AROUND = ["const value = {};", "let value = [{}, 1];", "var value = {}.length;",
           "const value = 'x' + {} + `y`;", "const value = {}[3];", "const value = `<${{}}>`;",
           "const value = ((it = {}) => it)();", "const value = {} ? {} : 1;",
           "const o = {[{}]: 1, b: {}}; const value = JSON.stringify(o);",
           "const value = typeof {};", "'use strict'\nvar value = {}\n"]  # fmt: skip


def evaluated(programs: list[str], env: dict[str, str]) -> list[str | None]:
    """What each program of JavaScript calls value; None where it is no program."""
    done = subprocess.run(["node", "-e", _NODE], input=json.dumps(programs), env=env, check=True,
                          capture_output=True, text=True)  # fmt: skip
    told: list[str | None] = json.loads(done.stdout)
    return told


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node")
def test_javascript() -> None:
    random = Random()
    programs = []
    for _ in range(1500):
        before = "".join(random.choices(FAR, k=random.randrange(4))) + random.choice(NEAR)
        after = random.choice(NEAR) + "".join(random.choices(FAR, k=random.randrange(4)))
        quote = random.choice("'\"`")
        literal = f"{quote}{before}{SECRET}{after}{quote}"
        programs.append(random.choice(_AROUND).replace("{}", literal))
    old = evaluated(programs, dict(os.environ))
    kept, expected = [], []
    for text, told in zip(programs, old, strict=True):
        if told is None:
            continue
        try:
            kept.append(fixed(JAVASCRIPT, text))
        except Usage:
            continue  # not certain, and nothing was written
        expected.append(told)
    told_now = evaluated(kept, {**os.environ, NAME: SECRET})
    for text, told, was in zip(kept, told_now, expected, strict=True):
        assert told == was, text.replace(SECRET, "SECRET")
    assert len(kept) > 150


def test_what_would_be_no_program_is_refused() -> None:
    source = parse(PYTHON, "it.py", b"value = 1\n")
    broken = parse(PYTHON, "it.py", b"value = (\n")
    with pytest.raises(Usage, match=r"^it\.py: what came out would not be a program"):
        code.check(source, b"value = (\n", broken, [])
