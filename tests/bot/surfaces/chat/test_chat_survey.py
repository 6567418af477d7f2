"""Surveys in Slack and on Discord, of a real library with the real models, over the fakes' real sockets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from discord_stage import discord_stage
from fake_discord import BOT, GENERAL
from fake_slack import FakeSlack
from slack_stage import shown, slack_stage

from bot.ask import Bot
from bot.errors import QuestionRefused
from bot.settings.settings import Settings
from bot.surfaces.chat import survey as chat
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

ENDS, TENANT = "When does the lease end?", "Who is the tenant?"
ASKED = f"survey: {ENDS} {TENANT}"
COUNTED = f"{ENDS} 12 of 13 documents say."


def lease(number: int) -> Document:
    text = f"This lease ends on {number + 1} June 2027. The tenant is *Amir* <b>Nasser</b> {number}."
    return Document(
        id=f"{number:016x}",
        source=f"/leases/{number:02}.txt",
        title=f"Lease _{number:02}_",
        media_type="text/plain",
        text=text if number else "Soup is served at noon. The bread is baked in the house.",
        sha256=f"{number}",
        collection="hidden" if number == 13 else "leases",
    )


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """Thirteen documents that may be asked, twelve of them leases, and a hidden one."""
    folder = tmp_path_factory.mktemp("chat") / "library"
    with Library.open(folder, create=True) as library:
        documents = [lease(number) for number in range(14)]
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
    with Bot(settings=Settings(library=str(folder))) as opened:
        yield opened


def rows(table: str) -> list[dict[str, str]]:
    """Return the rows of a file as it was sent, without the mark that tells its encoding."""
    assert table.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(table[1:])))


def whole(table: str) -> None:
    """Check that a file has all rows that may be seen, and their quotes."""
    found = rows(table)
    assert [row["document"] for row in found] == [f"Lease _{number:02}_" for number in range(13)]
    assert found[0][ENDS] == "doesn't say"
    assert found[3][f"{ENDS} (quote)"] == "This lease ends on 4 June 2027."
    assert found[3][f"{ENDS} (value)"] == "2027-06-04"


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("survey: When? Who?", ("When?", "Who?")),
        ("Survey：When does it end\nWho signed", ("When does it end", "Who signed")),
        ("SURVEY :  When?", ("When?",)),
        ("survey:", ()),
        ("survey the land: who did?", None),
        ("What does the survey: of 2019 say?", None),
    ],
)
def test_a_survey_is_asked_for_by_its_word(text: str, questions: tuple[str, ...] | None) -> None:
    """Lines and question marks part the questions; any other message is none."""
    assert chat.survey_questions(text) == questions


def test_too_many_documents_are_refused(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    """With where to ask instead; an empty survey says how to write one."""
    monkeypatch.setattr(chat, "MOST_CELLS", 10)
    with pytest.raises(QuestionRefused, match="14 documents are too many"):
        chat.ask_each(bot, (ENDS,), None)
    with pytest.raises(QuestionRefused, match="survey: When does the lease end"):
        chat.ask_each(bot, (), None)


def test_slack_has_a_summary_and_the_table_as_a_file(bot: Bot, tmp_path: Path) -> None:
    """In the thread; the first ten rows are shown and said to be; what is hidden is asked by nobody."""
    with slack_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        event = stage.slack.mention("C1", "U1", ASKED)
        (message,) = stage.answers(event)
        text = shown(message)
        assert COUNTED in text and "The first 10 of 13 rows are shown." in text and chat.IN_FILE in text
        assert "13 June" not in text and "Lease _13_" not in text
        ((channel, thread, name, content),) = stage.slack.files
        assert (channel, thread, name) == ("C1", event["ts"], "survey.csv")
        whole(content)


def test_slack_without_the_scope_posts_all_rows(bot: Bot, tmp_path: Path) -> None:
    """Nothing is cut in silence: every row follows with its quotes, and that no file was sent is said."""
    slack = FakeSlack(refuse={"files.getUploadURLExternal": "missing_scope"})
    with slack, slack_stage(tmp_path, bot, slack=slack, private_collections=("hidden",)) as stage:
        first, *others = stage.answers(slack.mention("C1", "U1", ASKED))
        assert chat.FOLLOWS in shown(first) and not slack.files
        text = "\n".join(map(shown, others))
        for number in range(1, 13):
            assert f"“This lease ends on {number + 1} June 2027.”" in text


def test_a_slash_command_shows_rows_and_where_all_are(bot: Bot, tmp_path: Path) -> None:
    """No file can go where only one person sees it."""
    with slack_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        stage.slack.command("C1", "U1", ASKED)
        stage.wait(lambda: bool(stage.slack.ephemeral))
        stage.idle()
        text = "\n".join(map(shown, stage.slack.ephemeral))
        assert COUNTED in text and chat.ON_MENTION in text and not stage.slack.files


@pytest.mark.parametrize("refused", [False, True])
def test_discord_has_a_summary_and_the_table_as_a_file(bot: Bot, tmp_path: Path, refused: bool) -> None:
    """In the thread; where files are not allowed all rows follow; documents' marks are escaped."""
    with discord_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        stage.discord.refuse_files = refused
        message = stage.discord.say(GENERAL, "1", f"<@{BOT}> {ASKED}")
        first, *others = stage.answers(stage.discord.thread_of(message), 2 if refused else 1)
        assert COUNTED in first.content and "Lease \\_00\\_" in first.content and "Lease \\_13" not in first.content
        if refused:
            text = "\n".join(sent.content for sent in others)
            assert all(f"This lease ends on {number + 1} June 2027." in text for number in range(1, 13))
        else:
            whole(first.files["survey.csv"])


def test_discords_command_does_the_same(bot: Bot, tmp_path: Path) -> None:
    """/survey takes the questions alone."""
    with discord_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        stage.discord.survey(GENERAL, "1", f"{ENDS} {TENANT}")
        stage.wait(lambda: any(sent.files for sent in stage.discord.sent))
        (sent,) = [sent for sent in stage.discord.sent if sent.files]
        assert COUNTED in sent.content
        whole(sent.files["survey.csv"])


def test_where_nothing_may_be_asked_nothing_is(bot: Bot, tmp_path: Path) -> None:
    """The same sentence as for a question."""
    with slack_stage(
        tmp_path / "slack", bot, chat_collections=("C2=leases",), private_collections=("leases", "hidden")
    ) as stage:
        (message,) = stage.answers(stage.slack.mention("C1", "U1", ASKED))
        assert "No documents may be searched from here" in shown(message) and not stage.slack.files
