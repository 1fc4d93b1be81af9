"""The files of a history, judged by several processes."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process

from keystop.baseline import NAME, blank
from keystop.blobs import Blobs
from keystop.errors import NotRead
from keystop.finding import Finding
from keystop.gate import policy_of
from keystop.git import Repository
from keystop.scan import Scanner
from keystop.sources.history import Reader, Versions, sizes
from keystop.successive import Successive

# A process is given about so many objects or bytes at once, or one file: the largest files first,
# so that at the end no process is left with much more than the others.
_AT_ONCE, _BYTES = 100, 8 << 20
# Fewer objects than this are not worth starting processes for.
_FEW = 300

_ENDED = "a process that read objects ended before its time"


class Found:
    """A finding in a file's newest version that has it, and the object ids of all that have it."""

    __slots__ = ("blobs", "finding")

    def __init__(self, finding: Finding, blobs: list[str]) -> None:
        self.finding = finding
        self.blobs = blobs


class Done:
    """What was found in some files, which were read to their end, and how much was read.

    error says what could not be read.
    """

    __slots__ = ("bytes", "error", "found", "paths", "versions")

    def __init__(self) -> None:
        self.found: list[Found] = []
        self.paths: list[bytes] = []
        self.versions = 0
        self.bytes = 0
        self.error = ""


class Setting:
    """What a process needs to judge files: picklable."""

    def __init__(self, repository: Repository, named: dict[str, str], *, slow: bool) -> None:
        self.places = repository.git_dir, repository.top, repository.index
        self.named = named
        self.slow = slow
        self.key = os.urandom(32)  # so that values can be compared, in this run only


class Judge:
    """Judges all versions of files."""

    def __init__(self, setting: Setting) -> None:
        """Raises KeystopError where the policy is wrong."""
        repository = Repository(*setting.places)
        self._blobs = Blobs(repository)
        policy = policy_of(repository, self._blobs, setting.named, slow=setting.slow)
        engines = policy.engines()
        self._scanner = Scanner(
            engines,
            policy.fingerprint,
            lambda _: self._successive.content,
            policy.honoured,
            setting.key,
        )
        self._successive = Successive(engines, self._scanner)
        self._reader = Reader(repository)

    def judged(self, files: list[Versions]) -> Done:
        """What is found in all versions of these files."""
        done = Done()
        try:
            for versions in files:
                self._file(versions, done)
        except NotRead as error:
            done.error = str(error)
        return done

    def close(self) -> None:
        """End the git processes behind it."""
        self._blobs.close()
        self._reader.close()

    def _file(self, versions: Versions, done: Done) -> None:
        known: dict[tuple[str, bytes], Found] = {}

        def counted(pieces: Iterator[bytes]) -> Iterator[bytes]:
            for piece in pieces:
                done.bytes += len(piece)
                yield piece

        def read() -> Iterator[tuple[str, bytes | Iterator[bytes]]]:
            for blob, content in self._reader.contents(versions):
                done.versions += 1
                if not isinstance(content, bytes):
                    yield blob, counted(content)
                    continue
                done.bytes += len(content)
                yield blob, blank(content) if versions.path == NAME.encode() else content

        for blob, findings in self._successive.findings(versions.path, read()):
            for finding in findings:
                one = known.setdefault((finding.detector, finding.identity), Found(finding, []))
                if not one.blobs or one.blobs[-1] != blob:
                    one.blobs.append(blob)
        done.paths.append(versions.path)
        done.found += known.values()


_judge: Judge | None = None


def _start(setting: Setting) -> None:
    """What every process does first."""
    global _judge
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started it ends it
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _judge = Judge(setting)


def _end_with_parent() -> None:
    """End this process once the one that started it has ended, which may have been killed."""
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(2)


def _work(files: list[Versions]) -> Done:
    assert _judge is not None
    return _judge.judged(files)


def judged(setting: Setting, files: list[Versions], jobs: int) -> Iterator[Done]:
    """What is found in all versions of these files, in any order, by so many processes.

    Raises NotRead where a process ended before its time, or could not be started.
    """
    pool = None if jobs == 1 or sum(map(len, files)) < _FEW else _pool(setting, jobs)
    if pool is None:
        judge = Judge(setting)
        try:
            yield from (judge.judged([file]) for file in files)
        finally:
            judge.close()
        return
    try:
        waiting: set[Future[Done]] = set()
        for part in _parts(files, sizes(Repository(*setting.places), files)):
            waiting.add(_submitted(pool, part))
            while len(waiting) >= 4 * jobs:
                waiting = yield from _ready(waiting)
        while waiting:
            waiting = yield from _ready(waiting)
    except BrokenProcessPool:
        raise NotRead(_ENDED) from None
    finally:
        _end(pool)


def _pool(setting: Setting, jobs: int) -> ProcessPoolExecutor | None:
    """So many processes; None where there is no room for the semaphores that they share."""
    try:
        return ProcessPoolExecutor(jobs, get_context("spawn"), _start, (setting,))
    except (OSError, NotImplementedError):
        return None


def _submitted(pool: ProcessPoolExecutor, part: list[Versions]) -> Future[Done]:
    """Files given to a process, which may have to be started, deaf to interrupts from its birth.

    Raises NotRead where that fails.
    """
    try:
        if sys.platform == "win32":
            return pool.submit(_work, part)
        before = signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))
        try:
            return pool.submit(_work, part)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
    except OSError as error:
        # A pool that has lost a process closes what a new one would be given: no error of the
        # system's, which has a number.
        told = f"no process could be started to read objects: {error.strerror}"
        raise NotRead(told if error.errno else _ENDED) from None


def _ready(waiting: set[Future[Done]]) -> Generator[Done, None, set[Future[Done]]]:
    """What is done, of what is waited for; the rest."""
    ready, waiting = wait(waiting, return_when=FIRST_COMPLETED)
    for one in ready:
        yield one.result()
    return waiting


def _end(pool: ProcessPoolExecutor) -> None:
    """End all processes, also in the middle of their work."""
    for process in list((pool._processes or {}).values()):
        process.terminate()
    pool.shutdown(cancel_futures=True)


def _parts(files: list[Versions], large: list[int]) -> Iterator[list[Versions]]:
    part: list[Versions] = []
    objects = size = 0
    for number in sorted(range(len(files)), key=large.__getitem__, reverse=True):
        part.append(files[number])
        objects += len(files[number])
        size += large[number]
        if objects >= _AT_ONCE or size >= _BYTES:
            yield part
            part, objects, size = [], 0, 0
    if part:
        yield part
