"""Working through a playbook in a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from keystop.errors import Usage
from keystop.leaks import STATES, Leak
from keystop.records import Record
from keystop.respond import playbook
from keystop.respond.playbook import Section, sections
from keystop.respond.typed import Typed

_ASKED = {
    "contained": "Can it do no more harm? What shows it (Enter: not yet): ",
    "rotated": "Is the old value dead? What shows it, as an answer 401 (Enter: not yet): ",
}
_NOT_YET = ("", "n", "no", "not yet")
_PURGED = "Is it out of every file, branch and image? What shows it (Enter: not yet): "


def lines(record: Record, leak: Leak | None, exposure: str, typed: Typed) -> Iterator[str]:
    """The whole of it, for what is no terminal. exposure says how far it has come, if known."""
    yield from _head(leak, exposure)
    for number, section in enumerate(sections(record, typed)):
        if section.title:
            if number or leak is not None:
                yield ""
            yield from playbook.lines(section, plain=not number)
    if leak is not None:
        yield ""
        yield from playbook.wrapped(_next(leak))


def walk(
    record: Record, leak: Leak, exposure: str, typed: Typed, said: Callable[[str, str], Leak]
) -> None:
    """Section by section, asking for what was reached; said records it."""
    print("\n".join(_head(leak, exposure)))
    for number, section in enumerate(sections(record, typed)):
        if section.title:
            print("\n" + "\n".join(playbook.lines(section, plain=not number)))
        if _further(section, leak):
            leak = _ask(section.state, _ASKED[section.state], leak, said)
        elif section.title and not section.state and _stop():
            return
    if leak.dead and leak.state != STATES[-1]:
        leak = _ask(STATES[-1], _PURGED, leak, said)
    print("\n" + "\n".join(playbook.wrapped(_next(leak))))


def _further(section: Section, leak: Leak) -> bool:
    return bool(section.state) and STATES.index(section.state) > STATES.index(leak.state)


def _ask(state: str, question: str, leak: Leak, said: Callable[[str, str], Leak]) -> Leak:
    answer = _answer(f"\n{question}")
    if answer.lower() in ("y", "yes"):
        answer = _answer("What shows it? ")
    if answer.lower() in _NOT_YET:
        return leak
    try:
        return said(state, answer)
    except Usage as error:
        print(f"keystop: {error}")
        return _ask(state, question, leak, said)


def _stop() -> bool:
    return _answer("\n[Enter: go on, q: leave] ") == "q"


def _answer(question: str) -> str:
    try:
        return input(question).strip()
    except EOFError:
        return ""


def _head(leak: Leak | None, exposure: str) -> Iterator[str]:
    if leak is None:
        return
    yield f"Leak {leak.mark.short}, found at {leak.found}: {leak.state}"
    for name in ("owner", "due"):
        if leak.last(name):
            yield f"  {name} {leak.last(name)}"
    yield from playbook.wrapped(exposure)


def _next(leak: Leak) -> str:
    name = leak.mark.short
    if leak.state == "open":
        return f"When it can do no more harm: keystop respond {name} --contained TEXT"
    if leak.state == "contained":
        return f"When the old value is dead: keystop respond {name} --rotated TEXT"
    if leak.state == "rotated":
        return (
            "The old value stays blocked wherever it turns up. When no file and no history has it: "
            f"keystop respond {name} --purged TEXT"
        )
    return "Nothing is left to do. The old value stays blocked wherever it turns up."
