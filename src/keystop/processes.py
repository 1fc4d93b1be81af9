"""A child process with its pipes, started the cheapest way there is."""

from __future__ import annotations

import os
import sys
import time

from keystop.errors import NotRead

TYPE_CHECKING = False
if TYPE_CHECKING:
    import select
    import subprocess

_SIGPIPE = 13
# Linux: how much a pipe holds. What is the most that everybody may ask for, by default.
_SET_PIPE_SIZE, _PIPE_SIZE = 1031, 1 << 20
_STDERR_KEPT = 64 * 1024


class Process:
    """A running child. Read its output with read, then wait; close ends it if it still runs.

    os.posix_spawn costs 12 ms less than importing subprocess, which serves where it is missing.
    """

    def __init__(self, argv: tuple[str, ...], env: dict[str, str], *, stdin: bool = False) -> None:
        self.stderr = b""
        self._status: int | None = None
        self._popen: subprocess.Popen[bytes] | None = None
        self._stdin = -1
        self._poll: select.poll | None = None
        if not hasattr(os, "posix_spawn"):
            self._start_portably(argv, env, stdin=stdin)
            return
        out_read, out_write = os.pipe()
        err_read, err_write = os.pipe()
        actions: list[tuple[int, int, int] | tuple[int, int, str, int, int]] = [
            (os.POSIX_SPAWN_DUP2, out_write, 1),
            (os.POSIX_SPAWN_DUP2, err_write, 2),
        ]
        in_read = -1
        if stdin:
            in_read, self._stdin = os.pipe()
            actions.append((os.POSIX_SPAWN_DUP2, in_read, 0))
        else:
            actions.append((os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0))
        try:
            # Python ignores SIGPIPE and children inherit that: git would write on into nothing.
            self._pid = os.posix_spawn(
                argv[0], argv, env, file_actions=actions, setsigdef=[_SIGPIPE]
            )
        except OSError as error:
            for descriptor in (out_read, err_read, self._stdin):
                if descriptor >= 0:
                    os.close(descriptor)
            raise NotRead(f"{argv[0]} could not be started: {error.strerror}") from None
        finally:
            os.close(out_write)
            os.close(err_write)
            if in_read >= 0:
                os.close(in_read)
        self._out, self._err = out_read, err_read
        os.set_blocking(err_read, False)

    def _start_portably(self, argv: tuple[str, ...], env: dict[str, str], *, stdin: bool) -> None:
        import subprocess
        import threading

        try:
            popen = subprocess.Popen(
                argv,
                env=env,
                stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise NotRead(f"{argv[0]} could not be started: {error.strerror}") from None
        assert popen.stdout is not None
        assert popen.stderr is not None
        self._popen = popen
        self._out, self._err = popen.stdout.fileno(), popen.stderr.fileno()
        if popen.stdin is not None:
            self._stdin = popen.stdin.fileno()
        self._drainer = threading.Thread(target=self._drain_blocking, daemon=True)
        self._drainer.start()

    def _drain_blocking(self) -> None:
        while piece := os.read(self._err, 65536):
            self.stderr = (self.stderr + piece)[:_STDERR_KEPT]

    def write(self, data: bytes) -> None:
        """Write all of data to the child's standard input."""
        view = memoryview(data)
        try:
            while view:
                view = view[os.write(self._stdin, view) :]
        except OSError as error:
            raise NotRead(f"git stopped listening: {error.strerror}") from None

    def close_stdin(self) -> None:
        """Let the child see the end of its standard input."""
        if self._stdin >= 0:
            if self._popen is not None and self._popen.stdin is not None:
                self._popen.stdin.close()
            else:
                os.close(self._stdin)
            self._stdin = -1

    def read(self, size: int, deadline: float) -> bytes:
        """What is there, up to size bytes; waits for the first one, empty at the end of output.

        Raises NotRead at the deadline (of time.monotonic).
        """
        if not self._ready(deadline):
            self.close()
            raise NotRead("git did not answer within its time limit")
        return os.read(self._out, size)

    def _ready(self, deadline: float) -> bool:
        """Wait until there is output to read, keeping standard error from filling its pipe."""
        if self._popen is not None:
            return True  # Windows cannot poll a pipe; the drainer thread reads standard error
        poll = self._poll
        if poll is None:
            import select

            poll = self._poll = select.poll()
            poll.register(self._out, select.POLLIN)
            poll.register(self._err, select.POLLIN)
        while (left := deadline - time.monotonic()) > 0:
            ready = dict(poll.poll(left * 1000))
            if self._err in ready and not self._drain():
                poll.unregister(self._err)
                os.close(self._err)
                self._err = -1
            if self._out in ready:
                return True
        return False

    def widen(self) -> None:
        """Let the pipe hold more, where much is to be read: both sides wake up less often."""
        if sys.platform == "linux" and self._popen is None:
            import fcntl

            try:
                fcntl.fcntl(self._out, _SET_PIPE_SIZE, _PIPE_SIZE)
            except OSError:
                return  # as it was, then

    def _drain(self) -> bool:
        """Read what is on standard error; False at its end."""
        try:
            while piece := os.read(self._err, 65536):
                self.stderr = (self.stderr + piece)[:_STDERR_KEPT]
        except BlockingIOError:
            return True
        return False

    def wait(self) -> int:
        """Exit status once the output has ended; a signal N that killed it gives 128 + N."""
        if self._status is None:
            self.close_stdin()
            if self._popen is not None:
                self._drainer.join()
                status = self._popen.wait()
            else:
                if self._err >= 0:
                    os.set_blocking(self._err, True)
                    self._drain()
                status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            self._status = status if status >= 0 else 128 - status
        return self._status

    def close(self) -> None:
        """Close all pipes, and end the child if it still runs."""
        if self._status is None:
            try:
                if self._popen is not None:
                    self._popen.kill()
                else:
                    os.kill(self._pid, 9 if sys.platform != "win32" else 15)
            except ProcessLookupError:
                pass
        for descriptor in (self._out, self._err):
            if descriptor >= 0 and self._popen is None:
                os.close(descriptor)
        self._out = self._err = -1
        if self._status is None and self._popen is None:
            self.close_stdin()
            self._status = 128
            os.waitpid(self._pid, 0)
