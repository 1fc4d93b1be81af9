"""The one place where keystop ends: every failure becomes a line and an exit status."""

from __future__ import annotations

import errno
import gc
import os
import sys

from keystop.errors import KeystopError
from keystop.escape import printable, without_typed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

NOT_READ, INTERRUPTED = 2, 130
# A disk or a quota at its end; Windows has no quota of that kind.
_FULL = (errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC))


def guarded(run: Callable[[], int], bypass: str = "") -> int:
    """The exit status of run, or of what stopped it. bypass is how to get past a blocking hook.

    An unforeseen error is shown by its type and place only: its message may hold content.
    """
    status, command = NOT_READ, ""
    try:
        # Little of what is made here is part of a cycle, and to look for these costs 4 %.
        gc.set_threshold(50_000)
        _no_core_dump()
        _never_fail_to_print()
        status = run()
        said = ""
    except KeystopError as error:
        said, status, command = str(error), error.status, error.command
    except KeyboardInterrupt:
        said, status = "interrupted", INTERRUPTED
    except BrokenPipeError:
        # Whoever read the output has left, as `head` does: there is nobody to tell.
        said = "standard output cannot be written" if bypass else ""
    except MemoryError:
        said = "out of memory"
    except OSError as error:
        # Where Python does not buffer what it prints. An error of a file names the file.
        full = error.errno in _FULL and error.filename is None
        said = f"the output cannot be written: {error.strerror}" if full else _internal(error)
    except Exception as error:
        said = _internal(error)
    if said:
        blocked = ", so nothing goes through" if bypass else ""
        if status == NOT_READ:
            said = f"keystop could not finish{blocked}: {printable(said)}"
        else:
            said = f"keystop: {printable(said)}{blocked}"
    if bypass and status == NOT_READ:
        said += f"{'. ' if said else 'keystop: '}To get past it once: {bypass}"
    if not printed() and status == 0:
        said, status = "keystop could not finish: standard output cannot be written", NOT_READ
    if said:
        said = without_typed(said)
        command = without_typed(printable(command))
        _say(_for_terminal(said, command) if _is_terminal() else said)
    return status


def printed() -> bool:
    """Whether all that was printed has reached whoever reads it. If not, nothing more is tried."""
    if sys.stdout is None:
        return True
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        try:
            # Python would try again at its end, and complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except (OSError, ValueError):
            pass
        return False
    return True


def _is_terminal() -> bool:
    return sys.stderr is not None and sys.stderr.isatty()


def _for_terminal(said: str, command: str) -> str:
    """A line as lines of the terminal's width, and the command at its end whole."""
    import shutil
    import textwrap

    text = said.removesuffix(command) if command else said
    lines = textwrap.wrap(text, shutil.get_terminal_size().columns - 1, break_long_words=False,
                          break_on_hyphens=False)  # fmt: skip
    return "\n".join((*lines, f"  {command}") if command else lines)


def _say(line: str) -> None:
    try:
        print(line, file=sys.stderr, flush=True)
    except (OSError, ValueError):
        pass  # nobody listens; the exit status still says it


def _internal(error: Exception) -> str:
    if isinstance(error, ImportError) and error.name:
        return f"the Python module {error.name} cannot be loaded: install keystop again"
    cause = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return f"internal error: {type(error).__name__}{cause} at {_place(error)}"


def _place(error: Exception) -> str:
    """module:line of the innermost frame that is keystop's own."""
    place = "?"
    trace = error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "?")
        if name.startswith("keystop"):
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _no_core_dump() -> None:
    # A core file would hold everything that was read.
    try:
        import resource
    except ImportError:  # Windows
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _never_fail_to_print() -> None:
    # A console in cp1252 has no sign for most of Unicode.
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
