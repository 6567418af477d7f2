"""Curated answers: written, shown before all else, marked, true to their sources, and seen only by who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from small_library import LEASE, small_library

from bot.ask import Bot
from bot.desk.curated import FILE, FOLDER, Curated, Source, anchored, curated, present, source_at, write
from bot.errors import SettingError
from bot.settings.settings import Settings
from bot.surfaces.cli.doctor_library import curated_checks
from vectorstore.errors import DocumentMissing, LibraryDamaged
from vectorstore.library import Library
from vectorstore.passage import Filter

QUESTIONS = ("How do I get a parking permit?", "Where are parking permits handed out?")
TEXT = "Parking permits are handed out at the front desk. They are free for tenants."
ROOF = "The landlord repairs the roof."


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """A bot over a library of its own."""
    folder = small_library(tmp_path)
    with Bot(folder, settings=Settings(library=str(folder))) as made:
        yield made


def lease(bot: Bot) -> str:
    """Return the id of the lease."""
    return next(info.id for info in bot.library.documents() if info.title == "Lease of the house")


def roof(bot: Bot) -> Source:
    """Return the sentence on the roof as a source."""
    start = LEASE.index(ROOF)
    return source_at(bot.library, lease(bot), start, start + len(ROOF))


def written(bot: Bot, *sources: Source, collection: str = "default", id: str | None = None) -> Curated:
    """Write the answer on parking permits."""
    return write(
        bot.library, questions=QUESTIONS, text=TEXT, sources=sources, collection=collection, day="2026-11-30", id=id
    )


@pytest.mark.parametrize(
    "question",
    [
        *QUESTIONS,
        "how do i get a PARKING permit",
        "How can I get a permit for parking?",
        "Where do I get a parking permit?",
    ],
)
def test_it_wins_for_its_questions_and_near_ones(bot: Bot, question: str) -> None:
    """Every sentence is quoted from the small document; its sources stand behind the last one; it is marked."""
    assert bot.ask(question).abstained
    kept = written(bot, roof(bot))
    answer = bot.ask(question)
    assert [statement.text for statement in answer.statements] == TEXT.replace(". ", ".\n").split("\n")
    assert [statement.citations for statement in answer.statements] == [(1,), (2, 3)]
    assert [citation.document for citation in answer.citations] == [kept.id, kept.id, lease(bot)]
    for citation in answer.citations:
        assert bot.library.text(citation.document, citation.start, citation.end) == citation.quote
    assert answer.citations[2].quote == ROOF and answer.citations[2].page == 2
    assert answer.citations[0].title == "Editor’s answer: How do I get a parking permit?"
    assert answer.notice == "An editor wrote this answer on 2026-11-30."


@pytest.mark.parametrize(
    "question",
    [
        "What does a parking permit cost?",
        "How do I get a building permit?",
        "Who repairs the roof?",
        "Hello",
        "When was it signed?",
    ],
)
def test_it_does_not_win_for_others(bot: Bot, question: str) -> None:
    """A question on something else is answered as if it were not there, or finds it as one document among others."""
    before = bot.ask(question)
    written(bot)
    answer = bot.ask(question)
    assert "An editor wrote" not in answer.notice
    assert answer.statements == before.statements or any(s.text in TEXT for s in answer.statements)


def test_another_year_is_another_question(bot: Bot) -> None:
    """Names and numbers must be the same, however near the words lie."""
    write(
        bot.library,
        questions=["What was the revenue in 2023?"],
        text="The revenue in 2023 was 12 million EUR; of 2024 nothing is known.",
        sources=(),
        collection="default",
        day="2026-11-30",
    )
    assert "An editor wrote" in bot.ask("What was the revenue in 2023?").notice
    assert "An editor wrote" not in bot.ask("What was the revenue in 2024?").notice


def test_where_the_model_does_not_know_the_language_the_words_must_be_the_same(bot: Bot) -> None:
    """A cosine would say nothing there."""
    write(
        bot.library,
        questions=["駐車許可証はどこでもらえますか"],
        text="駐車許可証は受付で配られます。",
        sources=(),
        collection="default",
        day="2026-11-30",
    )
    assert "An editor wrote" in bot.ask("駐車許可証はどこでもらえますか？").notice
    assert "An editor wrote" not in bot.ask("駐車許可証は受付で配られますか").notice


def change(bot: Bot, text: str) -> None:
    """Store another text of the lease, as an ingest does after its file changed."""
    document = replace(bot.library.document(lease(bot)), text=text, sha256="0" * 64, headings=(), places=())
    from ingest.splitting.split import split

    bot.library.add([(document, split(text))])


def test_it_shows_when_its_sources_have_changed(bot: Bot) -> None:
    """Words that moved are cited where they stand now; words that are gone are said to be gone, and not quoted."""
    kept = written(bot, roof(bot))
    assert [anchor.state for anchor in anchored(bot.library, kept)] == ["current"]
    change(bot, f"A new first line.\n\n{LEASE}")
    (anchor,) = anchored(bot.library, kept)
    answer = bot.ask(QUESTIONS[0])
    assert anchor.state == "moved" and answer.notice == "An editor wrote this answer on 2026-11-30."
    cited = answer.citations[-1]
    assert cited.quote == ROOF == bot.library.text(cited.document, cited.start, cited.end)
    change(bot, "The tenant repairs everything.")
    answer = bot.ask(QUESTIONS[0])
    assert [anchor.state for anchor in anchored(bot.library, kept)] == ["changed"]
    assert answer.notice.endswith("Its sources have changed since then: Lease of the house.")
    assert {citation.document for citation in answer.citations} == {kept.id}
    bot.library.remove([lease(bot)])
    assert [anchor.state for anchor in anchored(bot.library, kept)] == ["removed"]
    assert "Its sources have changed" in bot.ask(QUESTIONS[0]).notice


def test_only_who_may_read_it_and_its_sources_is_shown_it(bot: Bot) -> None:
    """Not outside its collection, not when a source has gone to another one, and not of chosen documents."""
    kept = written(bot, roof(bot))

    def wins(filter: Filter | None) -> bool:
        return "An editor wrote" in bot.ask(QUESTIONS[0], filter=filter).notice

    assert wins(None) and wins(Filter(collections=("default",))) and wins(Filter(collections=("default", "deals")))
    assert not wins(Filter(collections=("deals",)))
    assert not wins(Filter(documents=(lease(bot),)))
    assert not wins(Filter(media_types=("application/pdf",)))
    document = replace(bot.library.document(lease(bot)), collection="private")
    from ingest.splitting.split import split

    bot.library.add([(document, split(document.text))])
    assert not wins(Filter(collections=("default",))) and wins(None)
    assert [answer.id for answer in present(bot.library, Filter(collections=("deals",)))] == []
    assert [answer.id for answer in present(bot.library)] == [kept.id]


def test_it_is_a_document_that_can_be_written_again_removed_and_restored(bot: Bot) -> None:
    """Removed it does not win, restored it does; what is gone for good leaves nothing behind at the next writing."""
    kept = written(bot)
    again = write(
        bot.library,
        questions=QUESTIONS,
        text="At the gate.",
        sources=(),
        collection="default",
        day="2026-12-01",
        id=kept.id,
    )
    assert [answer.text for answer in curated(bot.library.folder)] == ["At the gate."]
    assert bot.ask(QUESTIONS[0]).statements[0].text == "At the gate."
    bot.library.remove([again.id])
    assert bot.ask(QUESTIONS[0]).abstained
    bot.library.restore([again.id])
    assert bot.ask(QUESTIONS[0]).statements[0].text == "At the gate."
    bot.library.remove([again.id], keep=False)
    other = written(bot)
    assert [answer.id for answer in curated(bot.library.folder)] == [other.id]
    assert [path.name for path in (bot.library.folder / FOLDER).glob("*.txt")] == [f"{other.id}.txt"]


def test_its_file_reads_as_the_same_text(bot: Bot) -> None:
    """An ingest or a repair that reads the file again finds it unchanged."""
    from ingest.options import SyncOptions
    from ingest.sync import sync

    kept = written(bot)
    report = sync(
        bot.library, [bot.library.folder / FOLDER / f"{kept.id}.txt"], SyncOptions(workers=1, check=True), leave_out=""
    )
    assert len(report.unchanged) == 1 and not report.changed


def test_what_cannot_be_written_is_said(bot: Bot) -> None:
    """No words, no question, a source of another collection, offsets that hold nothing, no such document."""
    with pytest.raises(SettingError, match="no answer"):
        write(bot.library, questions=QUESTIONS, text=" \n ", sources=(), collection="default", day="2026-11-30")
    with pytest.raises(SettingError, match="no question"):
        write(bot.library, questions=[" "], text=TEXT, sources=(), collection="default", day="2026-11-30")
    with pytest.raises(SettingError, match="use one collection"):
        written(bot, roof(bot), collection="deals")
    for start, end in ((5, 7), (-1, 3), (3, 3), (0, 10_000)):
        with pytest.raises(SettingError, match="no words"):
            source_at(bot.library, lease(bot), start, end)
    with pytest.raises(DocumentMissing):
        source_at(bot.library, "f" * 16, 0, 3)
    assert curated(bot.library.folder) == ()


def test_a_damaged_list_stops_no_question(bot: Bot) -> None:
    """The documents still answer; whoever asks for the list is told."""
    written(bot)
    (bot.library.folder / FOLDER / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(LibraryDamaged, match=FILE):
        curated(bot.library.folder)
    assert bot.ask("Who repairs the roof?").statements[0].text == ROOF
    (check,) = curated_checks(bot.settings)
    assert not check.ok and FILE in check.words


def test_without_any_nothing_is_read(tmp_path: Path) -> None:
    """A library without curated answers costs one look at the disk."""
    with Library.open(small_library(tmp_path)) as library:
        assert curated(library.folder) == () and present(library) == []
