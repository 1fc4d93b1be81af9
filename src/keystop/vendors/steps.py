"""Steps that are told before they are taken, noted when they are done, and taken up again.

A step that was begun and not noted as done may have had its effect or not: after a crash, or when
a call that changes something got no answer. Then settle looks at the vendor and the store, never
at what is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
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
    wait is what the user has to do before this step, which then waits for their word.
    """

    name: str
    does: str
    call: str
    effect: str
    undo: str
    do: Callable[[], None]
    settle: Callable[[], bool] = _never
    wait: str = ""


def plan(steps: Sequence[Step]) -> Iterator[str]:
    """What would be done, numbered."""
    for number, step in enumerate(steps, 1):
        if step.wait:
            yield f"   It stops here: {printable(step.wait)}"
        yield f"{number}. {printable(step.does)}"
        yield f"     call    {printable(step.call)}"
        yield f"     effect  {printable(step.effect)}"
        yield f"     undo    {printable(step.undo)}"


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
        print(f"done: {printable(step.does)}")
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


def _may_pass(step: Step, journal: Journal, terminal: Terminal, *, resume: bool) -> bool:
    """Whether the user has done what a step waits for. Never in the run that tells them so."""
    if step.name not in journal.state.told:
        journal.note(told=(*journal.state.told, step.name))
        print(f"Now: {printable(step.wait)}")
        return False
    if resume and terminal.yes:
        return True
    print(f"It waits for this: {printable(step.wait)}")
    return terminal.agrees("Is that done?", "yes", even_if_yes=True)
