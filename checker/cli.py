"""The command line.  ``main`` returns the exit code; see :mod:`checker.commands`.

Exit codes: 0 all as expected, 1 some claim not as expected, 2 bad files or bad usage,
3 something could not be run.
"""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from checker.commands.check import KINDS_LEFT_OUT, check
from checker.commands.formats import FORMATS
from checker.commands.limits import limits
from checker.commands.look import lint, list_claims, show
from checker.commands.naming import Parser, UsageError
from checker.commands.new import new
from checker.commands.output import err
from checker.commands.proposal import EXPECTED, Given
from checker.commands.record import record
from checker.commands.reproduce import IN, reproduce
from checker.commands.site import site
from checker.commands.try_ import try_expression
from checker.frameworks.offers import FRAMEWORKS
from checker.loading import FileError

BAD_USAGE = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        arguments = _parser().parse_args(argv)
    except SystemExit as end:  # help was asked for, or the command line cannot be followed
        return int(end.code or 0)
    _write_anything(arguments)
    try:
        return _run(arguments)
    except FileError as error:
        err(error.finding)
    except UsageError as error:
        err(f"checker: {error}")
    return BAD_USAGE


def _run(arguments: argparse.Namespace) -> int:
    folder, form = arguments.claims, getattr(arguments, "format", "text")
    match arguments.command:
        case "check" if arguments.limits:
            return limits()
        case "check":
            explain, against, skip = arguments.explain, arguments.against, arguments.skip
            return check(folder, arguments.claim, form, arguments.jobs, explain, against, skip)
        case "lint":
            return lint(folder, form)
        case "list":
            return list_claims(folder, form)
        case "show":
            return show(folder, arguments.what, form)
        case "try":
            return try_expression(folder, arguments.expression, form, arguments.model)
        case "new":
            ask = input if sys.stdin.isatty() else None
            return new(folder, _given(arguments), ask)
        case "record":
            return record(folder, arguments.framework, arguments.claim)
        case "reproduce":
            return reproduce(folder, arguments.claim, arguments.framework)
        case _:
            return site(folder)


def _write_anything(arguments: argparse.Namespace) -> None:
    """Let no character stop a report: for machines it is UTF-8, and a text shows what it can."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
            if getattr(arguments, "format", "text") != "text":
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _given(arguments: argparse.Namespace) -> Given:
    return Given(
        arguments.statement,
        arguments.said_by,
        arguments.question,
        arguments.model,
        arguments.test,
        arguments.expected,
        arguments.id,
    )


def _processes(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"a number of processes is 1 or more, not {text!r}")
    return int(text)


def _add_new(command: Callable[[str, str, str], argparse.ArgumentParser]) -> None:
    added = command(
        "new",
        "write a claim's file and try it; what is not given is asked for",
        'new --statement "A layer gives as many outputs as it has units." '
        '--said-by "blog-2018:paragraph 4" --question num-units '
        '--test "outputs.timesteps == units" --expected wrong',
    )
    for option, what in (
        ("statement", "what is said, in your own words"),
        ("question", "the folder of the question; needed where there are several"),
        ("test", "an expression that is true at every setting exactly if the claim is right"),
        ("expected", f"what you expect, before anything is run: {', '.join(EXPECTED)}"),
        ("id", "the name of the file (default: made from the statement)"),
    ):
        added.add_argument(f"--{option}", default="", metavar=option.upper(), help=what)
    for option, form, what in (
        ("said-by", "SOURCE:PLACE", "who says it, and where; may be given again"),
        ("model", "OPTION=VALUE", "options of the model, such as kind=gru,layers=2"),
    ):
        added.add_argument(f"--{option}", action="append", default=[], metavar=form, help=what)


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="checker", description="Try claims by experiment.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, help_: str, example: str) -> Parser:
        added = commands.add_parser(
            name,
            help=help_,
            description=help_,
            epilog=f"example: checker {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,  # an example stays one line
        )
        added.add_argument(
            "--claims",
            type=Path,
            default=Path("claims"),
            metavar="DIR",
            help="the folder of claims (default: claims)",
        )
        if name not in ("site", "record", "new", "reproduce"):
            forms = FORMATS if name == "check" else FORMATS[:2]
            added.add_argument("--format", choices=forms, default="text")
        return added

    checked = command("check", "run and judge claims", "check num-units-is-sequence-length")
    checked.add_argument(
        "--jobs", type=_processes, metavar="N", help="processes (default: one per core)"
    )
    checked.add_argument("--explain", action="store_true", help="say why a claim is run again")
    checked.add_argument(
        "--against",
        type=Path,
        metavar="RESULTS.json",
        help="earlier results: --format github and markdown tell what has changed since",
    )
    checked.add_argument(
        "--skip", choices=KINDS_LEFT_OUT, help="leave out the claims that take longest"
    )
    checked.add_argument("--limits", action="store_true", help="say what a claim may take")
    checked.add_argument("claim", nargs="*", metavar="CLAIM", help="ids; all claims if none")
    command("lint", "check the files, run nothing", "lint")
    command("list", "list all claims", "list")
    shown = command(
        "show",
        "show the evidence for a claim, or the claims of a public page",
        "show num-units-is-sequence-length",
    )
    shown.add_argument("what", metavar="CLAIM-or-URL")
    tried = command(
        "try", "judge a test without writing a file", 'try "outputs.timesteps == units"'
    )
    tried.add_argument(
        "--model",
        action="append",
        default=[],
        metavar="OPTION=VALUE",
        help="options of the model, such as kind=gru,layers=2; may be given again",
    )
    tried.add_argument("expression", metavar="EXPRESSION")
    _add_new(command)
    recorded = command("record", "run claims on a real framework, and write that down",
                       "record torch")  # fmt: skip
    recorded.known = tuple(FRAMEWORKS)
    recorded.add_argument("framework", metavar="FRAMEWORK", choices=(*FRAMEWORKS,),
                          help=", ".join(FRAMEWORKS))  # fmt: skip
    recorded.add_argument(
        "claim",
        nargs="*",
        metavar="CLAIM",
        help="ids, run in any case; if none, all that are not recorded yet",
    )
    again = command(
        "reproduce",
        "print a script of its own that shows what the verdict of a claim says",
        "reproduce num-units-is-sequence-length",
    )
    again.add_argument("claim", metavar="CLAIM")
    again.add_argument(
        "--framework", choices=IN, help="in this framework's own API (default: numpy alone)"
    )
    command("site", "check all claims and build the site", "site")
    parser.known = tuple(commands.choices)
    return parser
