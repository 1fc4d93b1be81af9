"""`keystop install`: the hooks, for people without a hook framework."""

from __future__ import annotations

import os
import shlex
import sys
from pathlib import Path

from keystop import git
from keystop.errors import Usage
from keystop.git import GitFailed, find_repository
from keystop.replacing import replace_file

# The script of each hook; those of a server are installed where they are named.
HOOKS = {
    "pre-commit": "keystop-pre-commit",
    "pre-merge-commit": "keystop-pre-commit",
    "commit-msg": "keystop-commit-msg",
    "pre-push": "keystop-pre-push",
}
_ALL = {**HOOKS, "pre-receive": "keystop-pre-receive", "update": "keystop-pre-receive"}
_MARK = "# Written by keystop install; keystop uninstall takes it away."
# What a hook that was there before is called while keystop's stands in its place.
_BEFORE = ".before-keystop"

# What a person may put into SKIP, as for the hook frameworks.
_IDS = {**HOOKS, "pre-commit": "keystop", "pre-merge-commit": "keystop"}

_SCRIPT = """\
#!/bin/sh
{mark}
before={before}
if [ -x "$before" ]; then
    "$before" "$@" || exit
fi
{rest}"""
# What git gives a hook on standard input both hooks get.
_SCRIPT_WITH_INPUT = """\
#!/bin/sh
{mark}
input=$(cat)
run() {{
    if [ -n "$input" ]; then printf '%s\\n' "$input" | "$@"; else "$@" </dev/null; fi
}}
before={before}
if [ -x "$before" ]; then
    run "$before" "$@" || exit
fi
{rest}"""
_WITH_INPUT = ("pre-push", "pre-receive")
_SKIP = """\
case ",$SKIP," in
*,{hook_id},*)
    echo "keystop: {hook_id} is skipped, as SKIP says." >&2
    exit 0
    ;;
esac
"""
_REST = """\
script={script}
if [ ! -x "$script" ]; then
    script=$(command -v {name}) || {{
        echo "keystop: {name} is not installed any more, so this is blocked." >&2
        echo "Install keystop again, or take its hook out: rm '$0'" >&2
        exit 2
    }}
fi
{run}"$script" "$@"
"""


def install(hooks: list[str] | None, *, everywhere: bool) -> int:
    """Write the hooks. One that is there already is kept beside it and runs first."""
    wanted = _wanted(hooks)
    folder = _global_folder(make=True) if everywhere else _folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        moved = [hook for hook in wanted if os.path.lexists(folder / hook)]
        moved = [hook for hook in moved if not _ours(folder / hook)]
        for hook in moved:
            before = _before(folder, hook)
            if os.path.lexists(before):
                raise Usage(f"{before} is in the way: it and {folder / hook} are hooks of yours")
        for hook in wanted:
            path, before = folder / hook, _before(folder, hook)
            if hook in moved:
                path.rename(before)
                print(f"{hook}: yours is kept as {before.name} and runs first")
            _write(path, _script(hook, before, everywhere=everywhere))
            print(f"{hook}: installed in {folder}")
    except OSError as error:
        raise Usage(f"{folder}: the hooks cannot be written: {error.strerror}") from None
    return 0


def uninstall(hooks: list[str] | None, *, everywhere: bool) -> int:
    """Take the hooks out, and put back what was there before."""
    wanted = _wanted(hooks)
    folder = _global_folder(make=False) if everywhere else _folder()
    try:
        for hook in wanted:
            path, before = folder / hook, _before(folder, hook)
            if not _ours(path):
                print(f"{hook}: no hook of keystop in {folder}")
                continue
            path.unlink()
            if os.path.lexists(before):
                before.rename(path)
            print(f"{hook}: taken out of {folder}")
        own = everywhere and folder == _own_global_folder()
        if own and folder.is_dir() and not any(folder.iterdir()):
            if _global_setting() is not None:
                git.output(("config", "--global", "--unset", "core.hooksPath"), None)
            folder.rmdir()
    except OSError as error:
        raise Usage(f"{folder}: the hooks cannot be taken out: {error.strerror}") from None
    return 0


def _before(folder: Path, hook: str) -> Path:
    return folder / (hook + _BEFORE)


def _write(path: Path, script: str) -> None:
    replace_file(path, script.encode("utf-8", "surrogateescape"))
    path.chmod(0o755)


def _wanted(hooks: list[str] | None) -> list[str]:
    for hook in hooks or ():
        if hook not in _ALL:
            raise Usage(f"{hook!r} is none of {', '.join(_ALL)}")
    return hooks or list(HOOKS)


def _folder() -> Path:
    """Where git looks for this repository's hooks: core.hooksPath is honoured."""
    find_repository()
    found = git.output(("rev-parse", "--git-path", "hooks"), None)
    return Path(os.path.abspath(os.fsdecode(found.rstrip(b"\r\n"))))


def _own_global_folder() -> Path:
    base = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(base, "keystop", "hooks")


def _global_setting() -> Path | None:
    try:
        found = git.output(("config", "--global", "--type=path", "core.hooksPath"), None)
    except GitFailed:
        return None
    return Path(os.fsdecode(found.rstrip(b"\r\n")))


def _global_folder(*, make: bool) -> Path:
    found = _global_setting()
    if found is not None:
        return found
    folder = _own_global_folder()
    if make:
        folder.mkdir(parents=True, exist_ok=True)
        git.output(("config", "--global", "core.hooksPath", str(folder)), None)
    return folder


def _ours(path: Path) -> bool:
    if path.is_symlink():
        return False
    try:
        return _MARK in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def _script(hook: str, before: Path, *, everywhere: bool) -> str:
    name = _ALL[hook]
    script = Path(sys.executable).with_name(name + (".exe" if sys.platform == "win32" else ""))
    # core.hooksPath hides a repository's own hooks: the global ones call them.
    chained = (
        f'"$(git rev-parse --git-common-dir)/hooks/{hook}"'
        if everywhere and not before.exists()
        else shlex.quote(before.as_posix())
    )
    with_input = hook in _WITH_INPUT
    rest = _REST.format(
        script=shlex.quote(script.as_posix()), name=name, run="run " if with_input else "exec "
    )
    if hook in HOOKS:  # nobody skips what a server asks for
        rest = _SKIP.format(hook_id=_IDS[hook]) + rest
    template = _SCRIPT_WITH_INPUT if with_input else _SCRIPT
    return template.format(mark=_MARK, before=chained, rest=rest)
