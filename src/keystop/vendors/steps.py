"""Steps that are told before they are taken, noted when they are done, and taken up again.

A step that was begun and not noted as done may have had its effect or not: after a crash, or when
a call that changes something got no answer. Then settle looks at the vendor and the store, never
at what is remembered.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from keystop.escape import printable
from keystop.vendors.ask import Terminal
from keystop.vendors.journal import Journal
from keystop.vendors.problems import Silent, Unclear

NOT_REVERSIBLE = "not reversible"


def _never() -> bool:
    return False


class Step(NamedTuple):
    """does, call, effect and undo are for the user. do raises problems.Failed.

    settle says whether the step is done; where it is not, it leaves things so that do can run.
    wait is what the user has to do before this step, which then waits for their word; resume is
    the command that says that it is done.
    """

    name: str
    does: str
    call: str
    effect: str
    undo: str
    do: Callable[[], None]
    settle: Callable[[], bool] = _never
    wait: str = ""
    resume: str = ""


def plan(steps: Sequence[Step]) -> Iterator[str]:
    """What would be done, numbered."""
    for number, step in enumerate(steps, 1):
        if step.wait:
            yield from _waiting("   It stops here: ", step, "   ")
        yield from _wrapped(f"{number}. ", step.does, " " * len(f"{number}. "))
        yield from _wrapped("     call    ", step.call, _UNDER)
        yield from _wrapped("     effect  ", step.effect, _UNDER)
        yield from _wrapped("     undo    ", step.undo, _UNDER)


_UNDER = " " * len("     effect  ")
# Where there is no terminal to ask.
_WIDTH = 96


def _wrapped(before: str, text: str, under: str) -> list[str]:
    """Lines no wider than the terminal; addresses stay whole. before and under begin them."""
    return textwrap.wrap(
        printable(text), shutil.get_terminal_size((_WIDTH, 24)).columns,
        initial_indent=before, subsequent_indent=under,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def _waiting(before: str, step: Step, under: str = "") -> Iterator[str]:
    """What a step waits for; a command stays in one line, to be copied."""
    yield from _wrapped(before, step.wait + ("; then:" if step.resume else ""), under)
    if step.resume:
        yield f"{under}  {printable(step.resume)}"


def carry_out(
    steps: Sequence[Step], journal: Journal, terminal: Terminal, *, resume: bool = False
) -> bool:
    """Take the steps that are not done; whether all are. False: it waits for the user.

    resume: the user says that what the next step waits for has happened. Raises problems.Failed.
    """
    for step in steps:
        if step.name in journal.state.done:
            continue
        if step.wait and not _may_pass(step, journal, terminal, resume=resume):
            return False
        resume = False
        if journal.state.begun != step.name or not step.settle():
            journal.note(begun=step.name)
            _take(step)
        journal.note(done=(*journal.state.done, step.name))
        _print(_wrapped("done: ", step.does, "  "))
    journal.finish()
    return True


def _take(step: Step) -> None:
    try:
        step.do()
    except Unclear as unclear:
        try:
            settled = step.settle()
        except Silent:
            raise unclear from None
        if not settled:
            step.do()


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _may_pass(step: Step, journal: Journal, terminal: Terminal, *, resume: bool) -> bool:
    """Whether the user has done what a step waits for. Never in the run that tells them so."""
    if step.name not in journal.state.told:
        journal.note(told=(*journal.state.told, step.name))
        _print(_waiting("Now: ", step))
        return False
    if resume and terminal.yes:
        return True
    _print(_waiting("It waits for this: ", step))
    return terminal.agrees("Is that done?", "yes", even_if_yes=True)
