"""The command `keystop`."""

from __future__ import annotations

import argparse
import os
from functools import partial

from keystop import __version__
from keystop.escape import without_typed
from keystop.guard import guarded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

USAGE = 3


class _Parser(argparse.ArgumentParser):
    # Adds what is only needed when this command is the one.
    later: Callable[[_Parser], None] | None = None

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        if self.later is not None:
            self.later(self)
            self.later = None
        return super().parse_known_args(*given, **named)

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(USAGE, without_typed(f"{self.prog}: {message}; see {self.prog} --help\n"))


def main(argv: list[str] | None = None) -> int:
    """Run one command; its exit status."""
    arguments = _parser().parse_args(argv)
    if arguments.command is None:
        _parser().print_help()
        return USAGE
    if getattr(arguments, "no_color", False):
        os.environ["NO_COLOR"] = "1"
    return guarded(lambda: int(arguments.run(arguments)))


def _parser() -> _Parser:
    parser = _Parser(
        prog="keystop",
        description="Stops hard-coded credentials before they leave a developer's machine.",
        epilog="Exit status: 0 all read and clean, 1 findings, 2 not everything was read, "
        "3 usage, configuration or baseline, 130 interrupted.",
    )
    parser.add_argument("--version", action="version", version=f"keystop {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _scan(commands)
    _baseline(commands)
    _others(commands)
    _vendors(commands)
    return parser


def _scan(commands: argparse._SubParsersAction[_Parser]) -> None:
    scan = commands.add_parser("scan", help="look for secrets in files or in what is staged")
    scan.add_argument("path", nargs="*", help="files or folders; - reads standard input")
    scan.add_argument("--staged", action="store_true", help="what the next commit would add")
    scan.add_argument("--tracked", action="store_true", help="every file in the index")
    scan.add_argument("--range", metavar="A..B", help="what the commits of a range add")
    scan.add_argument("--since", metavar="DATE", help="what the commits since a day add")
    scan.add_argument("--history", nargs="*", metavar="REV",
                      help="all versions of all files that all refs, or these, reach")  # fmt: skip
    scan.add_argument("--unreachable", action="store_true",
                      help="also what only reflogs lead to, or nothing (--history)")  # fmt: skip
    scan.add_argument("--jobs", type=_processes, metavar="N", help="processes for --history")
    scan.add_argument("--format", choices=("text", "json", "sarif"), default="text")
    scan.add_argument("--output", metavar="FILE", help="write the report there")
    scan.add_argument("--baseline", metavar="FILE", help="instead of .keystop-baseline")
    scan.add_argument("--config", metavar="FILE", help="instead of the scanned folder's own")
    scan.add_argument("--no-color", action="store_true")
    scan.add_argument("--exit-zero", action="store_true", help="findings do not fail the command")
    scan.set_defaults(run=_run_scan)


def _processes(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("it is a number from 1 on")
    return int(text)


def _baseline(commands: argparse._SubParsersAction[_Parser]) -> None:
    baseline = commands.add_parser("baseline", help="record findings that are known and triaged")
    actions = baseline.add_subparsers(dest="action", metavar="ACTION", required=True)
    create = actions.add_parser("create", help="record everything found in the tracked files")
    create.add_argument("--reason", default="", help="why these may stay")
    update = actions.add_parser("update", help="keep what is still there, add what is named")
    update.add_argument("place", nargs="*", help="PATH, PATH:LINE or a fingerprint")
    update.add_argument("--reason", default="", help="why these may stay")
    actions.add_parser("prune", help="drop entries of what is no longer there")
    baseline.set_defaults(run=_run_baseline)


def _others(commands: argparse._SubParsersAction[_Parser]) -> None:
    allows = commands.add_parser("allows", help="list every inline allow comment")
    allows.set_defaults(run=_run_allows)
    explain = commands.add_parser(
        "explain", help="what a kind of secret grants and what to do, or why a line is (not) one"
    )
    explain.add_argument("what", metavar="DETECTOR|FINDING", help=f"a kind's id; or {_FINDING}")
    explain.set_defaults(run=_run_explain)
    undo = commands.add_parser("undo", help="take secrets out of commits that no remote has")
    undo.add_argument(
        "--apply", action="store_true", help="do it; without it, say what it would do"
    )
    undo.set_defaults(run=_run_undo)
    _response(commands)
    install = commands.add_parser("install", help="put the hooks into this repository")
    uninstall = commands.add_parser("uninstall", help="take the hooks out again")
    for command, verb in ((install, "install"), (uninstall, "uninstall")):
        command.add_argument("--global", action="store_true", dest="everywhere",
                             help="for all repositories of this user")  # fmt: skip
        command.add_argument("--hook", action="append", metavar="TYPE",
                             help="pre-commit, pre-merge-commit, commit-msg, pre-push; or "
                             "pre-receive, update on a server")  # fmt: skip
        command.set_defaults(run=_run_install, verb=verb)
    detectors = commands.add_parser("detectors", help="list, show or check the detectors")
    actions = detectors.add_subparsers(dest="action", metavar="ACTION", required=True)
    all_kinds = actions.add_parser("list", help="all kinds of secrets, a line each")
    all_kinds.add_argument("--format", choices=("text", "markdown"), default="text")
    show = actions.add_parser("show", help="the record of one kind")
    show.add_argument("detector")
    check = actions.add_parser("check", help="judge the records")
    check.add_argument("word", nargs="?", default="", help="only ids or files that hold it")
    check.add_argument("--folder", help="TOML files elsewhere than the built-in ones")
    detectors.set_defaults(run=_run_detectors)


_FINDING = "[COMMIT:]PATH:LINE[:COLUMN], a fingerprint, or the id of a leak"


def _response(commands: argparse._SubParsersAction[_Parser]) -> None:
    """What follows a leak."""
    respond = commands.add_parser("respond", help="go through what to do, and keep its state")
    respond.add_argument("what", metavar="FINDING|DETECTOR", help=f"{_FINDING}; or a kind's id")
    respond.add_argument(
        "--contained", metavar="TEXT", help="it can do no more harm; what shows it"
    )
    respond.add_argument("--rotated", metavar="TEXT", help="it is dead; what shows it")
    respond.add_argument(
        "--purged", metavar="TEXT", help="no file and no history has it; what shows it"
    )
    respond.add_argument("--owner", metavar="NAME", help="who sees to it")
    respond.add_argument("--due", metavar="YYYY-MM-DD", help="until when")
    respond.add_argument("--format", choices=("text", "markdown"), default="text")
    respond.set_defaults(run=_run_respond)
    status = commands.add_parser("status", help="all leaks, and how far each is dealt with")
    status.add_argument("--format", choices=("text", "json"), default="text")
    status.set_defaults(run=_run_status)
    impact = commands.add_parser("impact", help="what depends on a credential")
    impact.add_argument("what", metavar="FINDING", help=_FINDING)
    impact.add_argument("--in", action="append", dest="repositories", metavar="REPOSITORY",
                        help="look there, too; may be given again")  # fmt: skip
    impact.add_argument("--format", choices=("text", "json", "dot", "mermaid", "html"),
                        default="text")  # fmt: skip
    impact.add_argument("--output", metavar="FILE", help="write it there")
    impact.set_defaults(run=_run_impact)
    fix = commands.add_parser("fix", help="put look-ups in the place of hard-coded secrets")
    fix.add_argument("what", nargs="+", metavar="FINDING", help=_FINDING)
    fix.add_argument("--store", choices=("env", "aws", "vault", "conjur"), default="env")
    fix.add_argument("--name", metavar="NAME", help="the variable's name, or the secret's")
    fix.add_argument("--apply", action="store_true", help="do it; without it, show a diff")
    fix.set_defaults(run=_run_fix)
    prevent = commands.add_parser("prevent", help="how to hold a secret properly")
    prevent.later = _prevention
    prevent.set_defaults(run=_run_prevent)
    verify = commands.add_parser(
        "verify",
        help="ask the provider whether a secret works",
        description="Sends one request of keystop's own records to the provider, and tells what "
        "the answer means. No proxy of the environment is used.",
        epilog="Exit status: 0 dead, 1 live or limited, 2 not known, 3 usage. Not known is not "
        "safe, and a dead secret still blocks.",
    )
    verify.add_argument("what", metavar="FINDING", help=_FINDING)
    verify.add_argument("--format", choices=("text", "json"), default="text")
    verify.set_defaults(run=_run_verify)


def _prevention(prevent: _Parser) -> None:
    """Its arguments, and what these may be, of which the guide has the list."""
    from keystop.prevent import STORES, guide, languages

    prevent.formatter_class = argparse.RawDescriptionHelpFormatter
    prevent.description = (
        "Prints a program that reads a Twilio login from a store, and how to go about it."
    )
    titles = {store: guide(store).title.partition(" in ")[2] for store in STORES}
    names = [" or ".join((one.key, *one.aliases)) for one in languages()]
    prevent.epilog = "\n".join((
        "stores:", *(f"  {store:8}{title}" for store, title in titles.items()),
        "", "languages:", *(f"  {name}" for name in names),
    ))  # fmt: skip
    prevent.add_argument("store", choices=STORES, metavar="STORE", help=", ".join(STORES))
    keys = ", ".join(one.key for one in languages())
    prevent.add_argument("language", metavar="LANGUAGE", help=keys)


_WHAT = "a finding, an id, or - for standard input"


def _vendors(commands: argparse._SubParsersAction[_Parser]) -> None:
    """What is done at a vendor.

    All their options would cost every command 10 ms: they are added where they are needed.
    """
    from keystop.vendors import VENDORS

    for vendor, (title, actions) in VENDORS.items():
        group = commands.add_parser(vendor, help=f"{', '.join(actions)}: {title}")
        group.later = partial(_vendor_actions, vendor, actions)


def _vendor_actions(vendor: str, actions: tuple[str, ...], group: _Parser) -> None:
    verbs = group.add_subparsers(dest="action", metavar="ACTION", required=True)
    for action in actions:
        _vendor_action(verbs, vendor, action)


def _vendor_action(verbs: argparse._SubParsersAction[_Parser], vendor: str, action: str) -> None:
    helps = {
        "investigate": "read what speaks for abuse of a leaked credential; changes nothing",
        "revoke": "end a leaked credential at once",
        "rotate": "make a new one, store it, and end the leaked one when it is deployed",
    }
    verb = verbs.add_parser(action, help=helps[action], description=helps[action].capitalize())
    if vendor == "twilio" or action == "rotate":
        verb.add_argument("what", nargs="?", default="", metavar="WHAT", help=_WHAT)
    else:
        verb.add_argument("what", metavar="WHAT", help=_WHAT)
    if action == "investigate":
        verb.add_argument("--since", metavar="YYYY-MM-DD", help="the day it leaked; without it, "
                          "the finding's first commit, else 30 days ago")  # fmt: skip
        verb.add_argument("--format", choices=("text", "json"), default="text")
    else:
        verb.add_argument("--apply", action="store_true", help="do it; without it, show the steps")
        verb.add_argument("--yes", action="store_true", help="do not ask whether to begin")
        if action == "rotate" or vendor == "twilio":
            verb.add_argument("--store", metavar="STORE", help="where the new one goes: env:FILE, "
                              "aws:NAME, vault:MOUNT/PATH or conjur:ID")  # fmt: skip
        verb.set_defaults(resume=False)
        if action == "rotate":
            verb.add_argument("--resume", action="store_true",
                              help="go on: the new one is deployed")  # fmt: skip
    if vendor == "twilio":
        verb.add_argument("--region", metavar="REGION", help="ie1, au1, ...; us1 without it")
        verb.add_argument("--edge", metavar="EDGE", help="dublin, sydney, ...")
        if action == "revoke":
            verb.add_argument("--suspend", metavar="SUBACCOUNT", help="suspend it; can be undone")
        if action == "rotate":
            verb.add_argument("--main", action="store_true",
                              help="it is a Main key, and you make the new one")  # fmt: skip
    if vendor == "gitlab":
        verb.add_argument("--url", default="https://gitlab.com", help="of your own GitLab")
    verb.set_defaults(run=_run_vendor, vendor=vendor)


def _run_vendor(arguments: argparse.Namespace, *means: object) -> int:
    """means are what it works with instead of the real ones."""
    from keystop.vendors import module

    return int(getattr(module(arguments.vendor), arguments.action)(arguments, *means))


def _run_respond(arguments: argparse.Namespace) -> int:
    from keystop.respond.command import respond

    return respond(arguments)


def _run_status(arguments: argparse.Namespace) -> int:
    from keystop.respond.command import status

    return status(arguments.format)


def _run_impact(arguments: argparse.Namespace) -> int:
    from keystop.impact.command import impact

    return impact(arguments)


def _run_fix(arguments: argparse.Namespace) -> int:
    from keystop.fix.command import fix

    return fix(arguments)


def _run_prevent(arguments: argparse.Namespace) -> int:
    from keystop.prevent import prevent

    return prevent(arguments.store, arguments.language)


def _run_verify(arguments: argparse.Namespace) -> int:
    from keystop.verify.command import verify

    return verify(arguments)


def _run_scan(arguments: argparse.Namespace) -> int:
    from keystop.commands import scan

    return scan(arguments)


def _run_baseline(arguments: argparse.Namespace) -> int:
    from keystop.triage import create, prune, update

    if arguments.action == "create":
        return create(arguments.reason)
    if arguments.action == "update":
        return update(arguments.place, arguments.reason)
    return prune()


def _run_allows(_: argparse.Namespace) -> int:
    from keystop.triage import list_allows

    return list_allows()


def _run_explain(arguments: argparse.Namespace) -> int:
    from keystop.respond.located import names_finding

    if names_finding(arguments.what):
        from keystop.respond.why import why

        return why(arguments.what)
    from keystop.respond.explain import explain

    return explain(arguments.what)


def _run_undo(arguments: argparse.Namespace) -> int:
    from keystop.respond.undo import undo

    return undo(apply=arguments.apply)


def _run_install(arguments: argparse.Namespace) -> int:
    from keystop.install import install, uninstall

    run = install if arguments.verb == "install" else uninstall
    return run(arguments.hook, everywhere=arguments.everywhere)


def _run_detectors(arguments: argparse.Namespace) -> int:
    from keystop import commands

    if arguments.action == "list":
        return commands.list_detectors(arguments.format)
    if arguments.action == "show":
        return commands.show_detector(arguments.detector)
    return commands.check_detectors(arguments.word, arguments.folder)


if __name__ == "__main__":
    raise SystemExit(main())
