"""Lists, counts, each document asked, versions, durations, authors and two parts, over forty documents of an office."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import Answer, Bot
from evals.worked_out_documents import DIRECTORS, write
from ingest.sync import sync
from vectorstore.library import Library
from vectorstore.passage import Filter


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    folder = tmp_path_factory.mktemp("office")
    (folder / "documents").mkdir()
    write(folder / "documents")
    with Library.open(folder / "library", create=True) as library:
        sync(library, [folder / "documents"])
        with Bot(library) as opened:
            yield opened


def told(answer: Answer) -> list[str]:
    return [statement.text for statement in answer.statements]


def assert_verbatim(bot: Bot, answer: Answer) -> None:
    assert answer.citations
    for citation in answer.citations:
        assert bot.library.text(citation.document, citation.start, citation.end) == citation.quote != ""


def test_all_records_are_listed_and_counted(bot: Bot) -> None:
    """Thirty-four of a hundred and two records say so, and all of them are named, each a footnote."""
    answer = bot.ask("Which projects are on hold?")
    (line,) = told(answer)
    assert line.count("Project P-") == 34
    assert line.endswith("(34 rows).")
    assert [c.quote for c in answer.citations[:2]] == [
        "Project P-001",
        "Owner: Bela Kovac. Status: on hold. Budget: 2,000 EUR.",
    ]
    assert len(answer.citations) == 2 * 34
    assert_verbatim(bot, answer)
    assert told(bot.ask("How many projects are on hold?")) == ["34 of 102 rows where Status is “on hold”."]


def test_a_list_of_bullets_is_told_whole(bot: Bot) -> None:
    """All sixty members stand in the answer, in order, and their number."""
    answer = bot.ask("Who are the members of the board?")
    assert [text.removeprefix("- ") for text in told(answer)[1:]] == list(DIRECTORS)
    assert answer.notice == "60 items stand under “The members of the board are”."
    assert_verbatim(bot, answer)


@pytest.mark.parametrize("question", ["What members does it have?", "How many members can the board have?"])
def test_a_list_is_no_answer_to_what_it_cannot_know(bot: Bot, question: str) -> None:
    """A thing that the question does not name, and a number that is a limit, go the ordinary way."""
    assert "60 items" not in bot.ask(question).notice
    assert not any("60 items" in line for line in told(bot.ask(question)))


def test_a_list_in_quotes_is_whole_or_said_not_to_be(bot: Bot) -> None:
    """Who attended is asked in other words than the list's: all four stand there; some of sixty are told as some."""
    answer = bot.ask("Who attended the meeting of 12 March 2024?")
    assert [text.split("\n") for text in told(answer)] == [
        ["Present:", "", "- Anna Berg", "- David Oduya", "- Greta Holm", "- Jonas Weil"]
    ]
    assert answer.notice == ""
    answer = bot.ask("How many board members are called Abbot?")
    quoted = len(told(answer))
    assert answer.notice == f"{quoted} of the 60 items of a list are quoted." and 1 < quoted < 60
    assert_verbatim(bot, answer)


def test_the_list_is_the_one_of_the_meeting_that_is_asked_about(bot: Bot) -> None:
    """Three minutes have a list of who was present; the title says which is meant."""
    answer = bot.ask("Who was present at the meeting of 10 September 2024?")
    assert told(answer) == ["Present:", "- Anna Berg", "- Eva Lindqvist", "- Jonas Weil"]


def test_sheets_under_one_heading_are_added_up_together(bot: Bot) -> None:
    """The three quarters' sales are one table where all are asked for, and the answer says which files those are."""
    answer = bot.ask("What is the total revenue of all sales in 2024?")
    assert told(answer) == ["Total of Revenue (EUR): 94,300 (18 rows)."]
    assert "sales-2024-q1.csv, sales-2024-q2.csv, sales-2024-q3.csv" in answer.notice
    assert {citation.title for citation in answer.citations} == {"sales-2024-q1", "sales-2024-q2", "sales-2024-q3"}
    one = bot.ask("What is the total revenue in the second quarter of 2024?")
    assert told(one) == ["Total of Revenue (EUR): 29,950 (3800 + 4800 + 4500 + 5600 + 7200 + 4050)."]


def test_nothing_meets_a_condition(bot: Bot) -> None:
    """That no row does is said as what the documents don't say, with the condition as it was understood."""
    answer = bot.ask("Which invoices are over 9,000 EUR?")
    assert answer.abstained
    assert answer.notice == "None of 12 rows where Amount is more than 9,000."


@pytest.mark.parametrize(
    ("question", "notice", "names"),
    [
        ("Which leases end in 2026?", "3 of 10 leases do; 5 say otherwise, 2 don't say.", ["BIRCH", "CEDAR", "HAZEL"]),
        ("How many leases mention arbitration?", "5 of 10 leases do; 5 don't mention it.", []),
        (
            "Which contracts were signed by Ines Rocha?",
            "2 of 6 contracts do; 4 say otherwise.",
            ["hosting", "printing"],
        ),
        ("Which leases have a rent over 3,000 EUR?", "1 of 10 leases do; 9 say otherwise.", ["DAHLIA"]),
        ("Which leases do not say when they end?", "2 of 10 leases do; 8 say.", ["ELDER", "JASMINE"]),
        ("Which lease has the highest rent?", "10 leases say.", ["DAHLIA"]),
    ],
)
def test_each_document_is_asked(bot: Bot, question: str, notice: str, names: list[str]) -> None:
    """Those of which it holds are named with their sentence, and the others are counted by what they say."""
    answer = bot.ask(question)
    assert answer.notice == notice
    assert_verbatim(bot, answer)
    assert all(name in text for name, text in zip(names, told(answer), strict=False))
    assert not names or len(names) == len(answer.statements)


def test_none_of_them_does(bot: Bot) -> None:
    """Where no document says so, the answer is that the documents don't, with how many say otherwise."""
    answer = bot.ask("Which leases end in 2050?")
    assert answer.abstained
    assert answer.notice == "None of 10 leases do; 8 say otherwise, 2 don't say."


def test_the_newer_version_holds(bot: Bot) -> None:
    """Where a text says what it replaces, the answer is what is now, what was before, and that sentence."""
    answer = bot.ask("What is the current daily travel allowance?")
    assert "is 60 EUR" in told(answer)[0]
    assert "is 45 EUR" in told(answer)[1]
    assert told(answer)[2] == "This policy replaces the Travel policy 2023."
    assert_verbatim(bot, answer)
    (line,) = told(bot.ask("Which travel policy applies?"))
    assert line.startswith("Travel policy 2025 (travel-policy-2025.md) holds")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("How long is lease Aster in months?", "60 months: from 1 March 2022 to 28 February 2027, both days counted."),
        (
            "How many days did the dredging take?",
            "231 days: from 3 April 2023 to 20 November 2023 (232 days with both).",
        ),
        ("How long did the dredging take in months?", "7 months and 17 days: from 3 April 2023 to 20 November 2023."),
    ],
)
def test_a_duration_is_worked_out_from_two_dates(bot: Bot, question: str, said: str) -> None:
    """Both dates are quoted; the last day counts where whole months come out so."""
    answer = bot.ask(question)
    assert told(answer) == [said]
    assert answer.statements[0].support == "computed"
    assert_verbatim(bot, answer)


def test_a_lease_without_an_end_has_no_duration(bot: Bot) -> None:
    """The months of its notice are no answer."""
    answer = bot.ask("How many months does lease Elder run?")
    assert answer.abstained
    assert answer.notice == "lease-elder.txt does not give both dates."


def test_who_wrote_a_document(bot: Bot) -> None:
    """The author stands in the file's properties or is a mail's sender; a file that says nothing says so."""
    assert told(bot.ask("Who wrote fire-safety.docx?")) == [
        "fire-safety.docx is by Greta Holm, 3 October 2022, as the file says."
    ]
    assert told(bot.ask("When was mail-crane.eml sent?")) == [
        "mail-crane.eml is of 16 September 2024, as the file says."
    ]
    assert told(bot.ask("Which documents were written by Bela Kovac?")) == [
        "customers.xlsx: Bela Kovac", "stock.xlsx: Bela Kovac",
    ]  # fmt: skip
    assert bot.ask("Who wrote board.md?").abstained


def test_authors_are_those_of_the_documents_that_may_be_seen(bot: Bot) -> None:
    """Within a filter nobody is named whose documents lie outside it."""
    only = Filter(media_types=("text/csv",))
    assert "Bela Kovac:" not in bot.ask("Which documents were written by Bela Kovac?", filter=only).text
    assert "customers.xlsx" not in bot.ask("Which documents were written by Bela Kovac?", filter=only).text


def test_both_parts_are_answered_from_a_heading_too(bot: Bot) -> None:
    """Who signed is in a sentence, when in the heading above it: both are footnotes."""
    answer = bot.ask("Who signed the quay deal, and when?")
    assert "Rosa Lindahl and Viktor Stahl" in answer.text
    assert "Signing of the quay deal on 6 October 2020" in told(answer)
    assert [citation.number for citation in answer.citations] == list(range(1, len(answer.citations) + 1))
    assert_verbatim(bot, answer)


def test_the_place_is_taken_from_a_heading_too(tmp_path: Path) -> None:
    """Where the sentence that answers the first part names no place, and the heading above it does."""
    text = (
        "# The ferry deal\n\n## 3 May 2021 in Lisbon\n\nThe ferry deal was signed by Rosa Lindahl and Viktor Stahl.\n"
    )
    (tmp_path / "ferry.md").write_text(text, encoding="utf-8")
    with Library.open(tmp_path / "library", create=True) as library:
        sync(library, [tmp_path / "ferry.md"])
        with Bot(library) as bot:
            answer = bot.ask("Who signed the ferry deal, and where?")
            assert [statement.text for statement in answer.statements] == [
                "The ferry deal was signed by Rosa Lindahl and Viktor Stahl.",
                "3 May 2021 in Lisbon",
            ]
            assert_verbatim(bot, answer)


def test_a_part_that_is_not_said_is_named(bot: Bot) -> None:
    """What the documents leave open of two questions is told beside what they answer."""
    answer = bot.ask("When did the dredging begin, and what did it cost?")
    assert "3 April 2023" in answer.text
    assert answer.notice == "Not said: What did it cost?"


def test_a_removed_document_comes_back_with_its_author(bot: Bot) -> None:
    """What a file says of itself goes into the bin and out of it with the document."""
    (document,) = [info for info in bot.library.documents() if info.source.endswith("fire-safety.docx")]
    bot.library.remove([document.id])
    assert document.id not in bot.library.said()
    bot.library.restore([document.id])
    assert bot.library.said()[document.id]["author"] == "Greta Holm"
