"""Questions that name the documents they are about, in Slack and on Discord, over the fakes' real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from discord_stage import discord_stage
from fake_discord import BOT, GENERAL
from slack_stage import shown, slack_stage

from bot.answer import Answer
from bot.ask import Bot
from bot.errors import QuestionRefused
from bot.settings.settings import Settings
from bot.surfaces.chat.limits import Limits, limits_of
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

ENDS = "When does the lease end?"
LEASES = (
    ("old.pdf", "2021-03-01", "Ada Moss", "The lease ends on 4 June 2025.", "leases"),
    ("new lease.pdf", "2024-03-01", "Ben Reed", "The lease ends on 9 May 2031.", "leases"),
    ("secret.pdf", "2024-03-01", "Cleo Stone", "The lease ends on 1 January 2040.", "hidden"),
)


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """Three leases that end on different days, one of which only few may see."""
    folder = tmp_path_factory.mktemp("limits") / "library"
    with Library.open(folder, create=True) as library:
        documents = [
            Document(
                id=f"{number:016x}",
                source=f"/leases/{name}",
                title=name,
                media_type="application/pdf",
                text=text,
                sha256=name,
                collection=collection,
                said=(("author", author), ("created", created), ("tags", f"lease, {created[:4]}")),
            )
            for number, (name, created, author, text, collection) in enumerate(LEASES)
        ]
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
    with Bot(settings=Settings(library=str(folder))) as opened:
        yield opened


@pytest.mark.parametrize(
    ("text", "question", "limits"),
    [
        (f"{ENDS} in:old.pdf", ENDS, Limits(documents=("old.pdf",))),
        (f"in:old.pdf {ENDS}", ENDS, Limits(documents=("old.pdf",))),
        (f'{ENDS} from:"Ada Moss" since:2021-01-01 until:2021-12-31', ENDS,
         Limits(authors=("Ada Moss",), since="2021-01-01", until="2021-12-31")),
        (f"{ENDS} From:@ada IN:“new lease.pdf”", ENDS, Limits(documents=("new lease.pdf",), authors=("ada",))),
        (f"{ENDS} in:a.pdf in:b.pdf collection:leases", ENDS,
         Limits(documents=("b.pdf", "a.pdf"), collections=("leases",))),
        ("What does in:box mean to them?", "What does in:box mean to them?", Limits()),
        ("Who wrote: the note", "Who wrote: the note", Limits()),
        ("Is it open from: nine", "Is it open from: nine", Limits()),
        ("in:old.pdf", "", Limits(documents=("old.pdf",))),
    ],
)  # fmt: skip
def test_limits_stand_before_or_behind_a_question(text: str, question: str, limits: Limits) -> None:
    """With or without quotation marks, in any case; the same words within a question are words."""
    assert limits_of(text) == (question, limits)


def test_what_is_written_is_read_again() -> None:
    """The options of a command become the words of a message, whatever stands in them."""
    limits = Limits(('a "b" c.pdf',), ("Ada\nMoss",), ("leases",), "2021-01-01", "")
    assert limits_of(f"{ENDS} {limits}") == (
        ENDS, Limits(("a b c.pdf",), ("Ada Moss",), ("leases",), "2021-01-01"),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ("in:old.pdf", "4 June 2025"),
        ("in:old", "4 June 2025"),
        ('in:"new lease.pdf"', "9 May 2031"),
        ("from:reed", "9 May 2031"),
        ("until:2022-01-01", "4 June 2025"),
        ("collection:leases since:2024-01-01", "9 May 2031"),
        ("tag:2021", "4 June 2025"),
    ],
)
def test_slack_searches_only_there(bot: Bot, tmp_path: Path, limits: str, found: str) -> None:
    """The answer is of the named document, and says what was searched."""
    with slack_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        (message,) = stage.answers(stage.slack.mention("C1", "U1", f"{ENDS} {limits}"))
        text = shown(message)
        assert found in text and "Searched only" in text
        assert sum(text_ in text for text_ in ("4 June 2025", "9 May 2031", "2040")) == 1


@pytest.mark.parametrize("limits", ["in:secret.pdf", "from:Stone", "collection:hidden", "collection:nowhere"])
def test_what_may_not_be_seen_is_as_if_it_were_not_there(bot: Bot, tmp_path: Path, limits: str) -> None:
    """A limit to a hidden document gets the sentence that one to no document gets."""
    with slack_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        (message,) = stage.answers(stage.slack.mention("C1", "U1", f"{ENDS} {limits}"))
        assert "No document is found with" in shown(message) and "2040" not in shown(message)


def test_a_day_that_is_none_is_told(bot: Bot) -> None:
    """With how to write one."""
    with pytest.raises(QuestionRefused, match=r"'soon' is not a date\. Write it as"):
        limits_of(f"{ENDS} since:soon")[1].filter(bot.library, None)


def test_a_survey_is_limited_too(bot: Bot, tmp_path: Path) -> None:
    """Only the named documents are asked, and the limit is no question."""
    with slack_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        (message,) = stage.answers(stage.slack.mention("C1", "U1", f"survey: {ENDS} from:Moss"))
        assert "1 of 1 documents say." in shown(message) and "4 June 2025" in shown(message)


def test_discord_takes_them_in_a_message(bot: Bot, tmp_path: Path) -> None:
    """Behind a mention, as in Slack."""
    with discord_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        message = stage.discord.say(GENERAL, "1", f"<@{BOT}> {ENDS} from:Moss")
        (answer,) = stage.answers(stage.discord.thread_of(message), 1)
        assert "4 June 2025" in answer.content and "2031" not in answer.content


@pytest.mark.parametrize(
    ("limits", "found"),
    [
        ({"document": "new lease.pdf"}, "9 May 2031"),
        ({"tag": "2021"}, "4 June 2025"),
        ({"author": "Ada", "until": "2022-01-01"}, "4 June 2025"),
    ],
)
def test_discords_command_has_options(bot: Bot, tmp_path: Path, limits: dict[str, str], found: str) -> None:
    """document, author, since, until and collection beside the question."""
    with discord_stage(tmp_path, bot, private_collections=("hidden",)) as stage:
        stage.discord.command(GENERAL, "1", ENDS, limits=limits)
        stage.wait(lambda: any(found in sent.content for sent in stage.discord.sent))
        assert sum("The lease ends" in sent.content for sent in stage.discord.sent) == 1


def test_an_answer_without_limits_says_nothing_of_them() -> None:
    """Nor does one that had a remark of its own lose it."""
    answer = Answer(ENDS, notice="One more.")
    assert Limits().told(answer) is answer
    assert Limits(("a.pdf",)).told(answer).notice == 'Searched only in:"a.pdf". One more.'
