"""`footnote chat`: questions and follow-ups at a terminal, or from a pipe."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answer import footnote_line
from bot.errors import words_for
from bot.surfaces.cli.ask import require_new_file, save_as, show_answer
from bot.surfaces.cli.asking import Asking, takes_asking_options
from bot.surfaces.cli.options import (
    make_console,
    open_library,
    require_embedding_model,
    require_library,
    require_match,
    show_context,
    styled,
)
from bot.text.shown import one_line
from vectorstore.errors import FootnoteError

if TYPE_CHECKING:
    from bot.answer import Answer
    from bot.ask import Bot
    from bot.settings.settings import Settings
    from vectorstore.library import Library
    from vectorstore.passage import Filter

GREETING = "Ask about your documents. /help shows what else you can type, /quit ends."
HELP = """\
Type a question, or a follow-up such as "and for Japan?".
/sources   footnotes of the last answer, with their quotes
/open N    footnote N in its context
/save FILE the conversation as .docx, .pdf, .html or .md
/new       forget the conversation
/help      this text
/quit      end (also Ctrl-D)"""
PROMPT = "> "


@takes_asking_options
def chat(*, asking: Asking) -> None:
    """Ask questions and follow-ups one after the other.

    Example: footnote chat --collection contracts
    """
    settings, chosen = asking.settings, asking.filter
    require_library(settings)
    require_embedding_model(settings)
    with open_library(settings) as opened:
        require_match(opened, chosen)
        from bot.ask import Bot

        bot = Bot(opened, settings=settings)
        try:
            Chat(bot, opened, settings=settings, filter=chosen).run()
        finally:
            bot.close()


class Chat:
    """One conversation at a terminal.

    Args:
        bot: Who answers.
        library: Where `/open` reads the documents.
        settings: Of this run.
        filter: Which documents are asked.
    """

    def __init__(self, bot: Bot, library: Library, *, settings: Settings, filter: Filter | None = None) -> None:
        from bot.question.conversation import Conversation

        self._bot = bot
        self._library = library
        self._settings = settings
        self._filter = filter
        self._conversation = Conversation()
        self._last: Answer | None = None
        self._saved: set[Path] = set()

    def run(self) -> None:
        """Read lines until the input ends or "/quit"."""
        interactive = sys.stdin.isatty()
        if interactive:
            with suppress(ImportError):
                import readline  # noqa: F401 (gives `input` its history and editing)
            print(GREETING)
        while (line := self._read(interactive=interactive)) is not None:
            line = line.strip()
            if line == "/quit":
                return
            if line:
                if not interactive:
                    print(PROMPT + one_line(line))
                self._take(line)
                print(flush=True)

    def _read(self, *, interactive: bool) -> str | None:
        """Return the next line, or None at the end of the input."""
        if not interactive:
            return sys.stdin.readline() or None
        try:
            return input(PROMPT)
        except EOFError:
            print()
            return None

    def _take(self, line: str) -> None:
        """Do what a line asks. A failure is said, and the conversation goes on."""
        try:
            if line.startswith("/"):
                self._command(line)
            else:
                self._ask(line)
        except FootnoteError as error:
            print(words_for(error), file=sys.stderr)
        except KeyboardInterrupt:
            if not sys.stdin.isatty():
                raise
            print("\nStopped.", file=sys.stderr)  # the answer, not the conversation

    def _ask(self, question: str) -> None:
        answer = show_answer(
            self._bot,
            question,
            settings=self._settings,
            filter=self._filter,
            conversation=self._conversation,
        )
        self._conversation = self._conversation.add(question, answer)
        self._last = answer

    def _command(self, line: str) -> None:
        name, _, rest = line.partition(" ")
        if name == "/help":
            print(HELP)
        elif name == "/new":
            self._conversation = type(self._conversation)()
            self._last = None
            print("The conversation is forgotten.")
        elif name == "/save":
            self._save(rest.strip())
        elif name == "/sources":
            self._sources()
        elif name == "/open":
            self._open(rest.strip())
        else:
            print(f"There is no command {name[:40]!r}. /help shows what there is.")

    def _save(self, name: str) -> None:
        if not name or not self._conversation.turns:
            print("Write /save and a file, such as talk.docx." if self._conversation.turns else "Ask something first.")
            return
        path = Path(name).expanduser().absolute()
        if path not in self._saved:  # what this chat saved, it may save again
            require_new_file(path)
        save_as(self._conversation, path, settings=self._settings)
        self._saved.add(path)

    def _sources(self) -> None:
        if self._last is None or not self._last.citations:
            print("The last answer has no footnotes.")
            return
        folder = os.getcwd()  # noqa: PTH109
        if styled():
            from bot.surfaces.cli.terminal import footnotes

            make_console().print(footnotes(self._last, folder=folder, quotes=True))
        else:
            print("\n".join(footnote_line(c, folder=folder) for c in self._last.citations))

    def _open(self, number: str) -> None:
        citations = {str(c.number): c for c in self._last.citations} if self._last else {}
        citation = citations.get(number.strip("[]"))
        if citation is None:
            known = ", ".join(citations)
            print(f"Write /open and one of {known}." if known else "The last answer has no footnotes.")
            return
        show_context(self._library.document(citation.document), citation.start, citation.end)
