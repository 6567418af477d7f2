"""The command `footnote`: which commands there are, and how every one of them ends.

Start-up is kept light: the files of this folder import Typer and nothing heavier; each command
imports what it needs when it runs. Add a command at the end of `_COMMANDS`, or below it as a function
that imports its module when it is called.

Exit status: 0 done, also when the documents don't say; 1 failure; 2 wrong use; 3 some files failed to
load; 130 stopped with Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from bot.surfaces.cli import (
    ask,
    audit,
    bots,
    chat,
    compare,
    doctor,
    eval,
    gaps,
    ingest,
    library,
    models,
    move,
    removal,
    serve,
    status,
    survey,
    users,
)


class _Commands(TyperGroup):
    """Runs a command; whoever reads its output may leave early, which is no failure."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _forget_output()
            return None


app = typer.Typer(
    name="footnote",
    cls=_Commands,
    help="Ask your documents. Every sentence of the answer carries a footnote to its exact place.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help: nothing is cut off in a narrow window
    context_settings={"help_option_names": ["-h", "--help"]},
)

_COMMANDS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("ingest", ingest.ingest),
    ("ask", ask.ask),
    ("chat", chat.chat),
    ("compare", compare.compare),
    ("survey", survey.survey),
    ("list", library.list_documents),
    ("show", library.show),
    ("remove", removal.remove),
    ("restore", removal.restore),
    ("collections", library.collections),
    ("status", status.status),
    ("doctor", doctor.doctor),
    ("compact", library.compact),
    ("slack", bots.slack),
    ("discord", bots.discord),
    ("mcp", bots.mcp),
    ("eval", eval.evaluate),
    ("gaps", gaps.gaps),
    ("audit", audit.audit),
    ("move", move.move),
)
for _name, _command in _COMMANDS:
    app.command(_name)(_command)
app.command("serve")(serve.serve)
app.add_typer(users.users, name="users")
app.add_typer(models.app, name="models")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"footnote {version('footnote-bot')}")
        except PackageNotFoundError:
            print("footnote, from a checkout that is not installed")
        raise typer.Exit


@app.callback()
def _footnote(
    context: typer.Context,
    library: Annotated[
        str, typer.Option("--library", metavar="DIR", help="Folder of the library, as after the command.")
    ] = "",
    _version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True),
    ] = False,
) -> None:
    """Ask your documents. Every sentence of the answer carries a footnote to its exact place."""
    if library:
        context.default_map = _for_each(context.command, {"library": library})


def _for_each(group: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Return options as the defaults of every command of a group, and of the groups inside it."""
    return {
        name: _for_each(command, given) if hasattr(command, "commands") else given
        for name, command in group.commands.items()
    }


def main() -> None:
    """Run the command of this process and exit with its status."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command and return its exit status; every error becomes words on standard error."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        # A locale such as C must not turn an answer into question marks or a traceback.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        app(args=list(arguments), prog_name="footnote")
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
    except Exception as error:
        # The edge of the program: a person gets words, whatever it was.
        if os.environ.get("FOOTNOTE_DEBUG", "") not in ("", "0"):
            raise
        status = _say(error)
    if status == 130 and sys.stderr.isatty():
        print(file=sys.stderr)  # the line at which it was stopped ends here
    return _flushed(status)


def _say(error: Exception) -> int:
    """Print an error in words and return the exit status that it means."""
    from bot.errors import QuestionRefused, SettingError, words_for
    from bot.text.shown import visible

    print(visible(words_for(error)), file=sys.stderr)
    return 2 if isinstance(error, QuestionRefused | SettingError) else 1


def _flushed(status: int) -> int:
    """Write out what is left and return the exit status."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:  # `footnote list | head`
        _forget_output()
    return status


def _forget_output() -> None:
    """Send what is still to be written nowhere; Python flushes once more at exit and would complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
