"""How far a long scan has come: a bar on a terminal, nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keystop.bulk import Done


@contextmanager
def bar() -> Iterator[Callable[[int], Callable[[Done], None]]]:
    """What is told how many objects there are, and gives what is told of each part.

    The bar needs rich, which is an extra (keystop[progress]); without it there is none.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield _quiet
        return
    try:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            Task,
            TimeRemainingColumn,
        )
        from rich.text import Text
    except ImportError:
        yield _quiet
        return
    read = 0

    class Rate(ProgressColumn):
        """How many megabytes a second are read."""

        def render(self, task: Task) -> Text:
            return Text(f"{read / 1e6 / max(task.elapsed or 0, 0.1):.0f} MB/s")

    columns = BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:

        def begin(objects: int) -> Callable[[Done], None]:
            task = shown.add_task("", total=objects)

            def tell(done: Done) -> None:
                nonlocal read
                read += done.bytes
                shown.advance(task, done.versions)

            return tell

        yield begin


def _quiet(_: int) -> Callable[[Done], None]:
    return lambda _: None
