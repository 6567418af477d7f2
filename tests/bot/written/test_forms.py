"""A chat model's answer in the form that was asked for, which code holds it to; every sentence checked as ever."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest
from scripted_model import ScriptedModel

from bot import Answer, Bot, Settings
from bot.answer import plain_text
from bot.models.chat_model import Message
from bot.passages.answering_first import SENT
from bot.written.prompts import WRITE
from ingest.splitting.split import split
from vectorstore.document import Document, Heading
from vectorstore.library import Library

LEASE = """The lease of the mill runs until 30 June 2030. The rent of the mill is 4,200 euros a month. Either party may
end the lease of the mill with six months' notice. The tenant of the mill pays for repairs. The roof is the owner's."""
FARM = """The lease of the farm runs until 1 March 2027. The rent of the farm is 900 euros a month. The tenant of the
farm keeps forty sheep."""
NEWS = "The rent of the mill is 5,000 euros a month, the newspaper of the valley wrote."
PARTS = {
    "History": "The observatory was founded in 1882 by the city. Its first telescope came from Jena by train.",
    "Instruments": "The large refractor has a lens of sixty centimetres. A radio dish was added to the garden in 1961.",
    "Visitors": "Groups of at most twenty people are led through the dome on Fridays. Entry costs seven euros.",
}


def document(name: str, text: str, headings: tuple[Heading, ...] = ()) -> Document:
    """Return a document."""
    id, title = name.ljust(16, "0"), name.capitalize()
    return Document(
        id=id, source=f"/{name}.txt", title=title, media_type="text/plain", text=text, sha256=name, headings=headings
    )


def guide() -> Document:
    """Return a long document of three sections."""
    text, headings = "", []
    for heading, words in PARTS.items():
        headings.append(Heading(len(text), len(text) + len(heading), 1))
        years = " ".join(
            f"In {1900 + 7 * year} the {heading.lower()} of the observatory filled a book of {90 + year} pages."
            for year in range(15)
        )
        text += f"{heading}\n\n{words} {years}\n\n"
    return document("guide", text, tuple(headings))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Return a library of two leases, a newspaper and a guide with sections."""
    with Library.open(tmp_path_factory.mktemp("forms") / "library", create=True) as opened:
        texts = {"mill": LEASE.replace("\n", " "), "farm": FARM.replace("\n", " "), "news": NEWS}
        for made in (*(document(name, text) for name, text in texts.items()), guide()):
            opened.add([(made, split(made.text, headings=made.headings, count_tokens=opened.encoder.count_tokens))])
        yield opened


def ask(library: Library, question: str, *scripts: Any, **settings: Any) -> tuple[Answer, ScriptedModel]:
    """Ask a model that says `scripts`; what it is asked is not decided here."""
    model = ScriptedModel(*scripts)
    return Bot(library, settings=Settings(threshold=0.0, **settings), model=model).ask(question), model


def number_of(messages: Sequence[Message], words: str) -> int:
    """Return the number of the passage in a prompt that holds these words."""
    before = messages[-1][1].split(words)[0]
    return int(re.findall(r'<passage number="(\d+)"', before)[-1])


def saying(*sentences: tuple[str, str]) -> Callable[[Sequence[Message]], str]:
    """Return a script that writes sentences, each with the number of the passage that holds some words."""

    def script(messages: Sequence[Message]) -> str:
        return " ".join(f"{text} [{number_of(messages, words)}]." for text, words in sentences)

    return script


MANY = saying(
    ("The lease of the mill runs until 30 June 2030", "runs until 30 June 2030"),
    ("The rent of the mill is 4,200 euros a month", "4,200 euros"),
    ("The lease of the mill has a moon", "4,200 euros"),
    ("The tenant of the mill pays for repairs", "pays for repairs"),
    ("The roof is the owner's", "roof is the owner"),
)


def test_no_more_sentences_are_shown_than_were_asked_for(library: Library) -> None:
    """Of five sentences, one of which no passage holds, three are shown; the prompt says so, its fixed part not."""
    answer, model = ask(library, "Summarise the lease of the mill in three sentences.", MANY)
    assert len(answer.statements) == 3 and all(statement.by == "model" for statement in answer.statements)
    (system, fixed), (_, user) = model.prompts[0]
    assert (system, fixed) == ("system", WRITE)
    assert "Write at most 3 sentences." in user and user.index("Write at most") < user.index("Question: Summarise")
    one, _ = ask(library, "In one sentence: what is the rent of the mill?", MANY)
    assert len([statement for statement in one.statements if statement.by == "model"]) == 1


def test_quotes_that_stand_in_keep_to_the_number_too(library: Library) -> None:
    """Where the model fails, as many quotes stand in as sentences were asked for."""
    answer, _ = ask(library, "What is the rent of the mill? In one sentence.", "Nothing of this stands anywhere [1].")
    assert len(answer.statements) == 1 and answer.statements[0].by == "documents"


def test_both_sides_of_a_comparison_are_read(library: Library) -> None:
    """Each side is searched for on its own, so that with few passages both are there; what differs is asked for."""
    _, model = ask(library, "Compare the lease of the mill with the lease of the farm.", "x", passages=2)
    user = model.prompts[0][1][1]
    assert "lease of the mill runs" in user and "lease of the farm runs" in user
    assert "where they differ" in user


def test_rows_of_a_table_are_checked_one_by_one(library: Library) -> None:
    """A row a line, each with its footnote; one that no passage holds is withheld."""

    def rows(messages: Sequence[Message]) -> str:
        mill, farm = number_of(messages, "4,200 euros"), number_of(messages, "900 euros")
        return (
            f"Rent of the mill: 4,200 euros a month [{mill}]\nRent of the farm: 900 euros a month [{farm}]\n"
            f"Rent of the barn: 70 euros a month [{farm}]"
        )

    answer, model = ask(library, "Show the rents of mill and farm as a table", rows)
    assert "Write one row a line" in model.prompts[0][1][1]
    shown = [statement.text for statement in answer.statements if statement.by == "model"]
    assert any("4,200" in row for row in shown) and any("900" in row for row in shown)
    assert not any("barn" in row for row in shown) and answer.withheld


def test_a_long_document_is_summed_up_section_by_section(library: Library) -> None:
    """Each section is a prompt of its own, what was withheld is asked for once more, and else a sentence is quoted."""

    def script(messages: Sequence[Message]) -> str:
        user = messages[-1][1]
        if "the instruments of" in user:
            return "The observatory has a swimming pool [1]."
        said = re.search(r"In \d+ the \w+ of the observatory filled a book of \d+ pages", user)
        assert said
        return f"{said[0]} [{number_of(messages, said[0])}]."

    answer, model = ask(library, "Summarise guide.txt", script)
    told = [{name for name in PARTS if f"the {name.lower()} of" in prompt[1][1]} for prompt in model.prompts]
    assert told == [{"History"}, {"Instruments"}, {"Instruments"}, {"Visitors"}]
    assert [statement.by for statement in answer.statements] == ["model", "documents", "model"]
    assert all(statement.citations for statement in answer.statements)
    assert "swimming pool" in answer.withheld[0].text
    two, few = ask(library, "Summarise guide.txt in two sentences", script)
    assert len(two.statements) == 2 and len(few.prompts) == 2


def test_what_another_document_says_otherwise_stands_beside(library: Library) -> None:
    """A model that tells one of two rents is followed by the quote of the other, and both are told in words."""
    answer, _ = ask(
        library,
        "What is the rent of the mill a month?",
        saying(("The rent of the mill is 4,200 euros a month", "4,200")),
    )
    assert [statement.by for statement in answer.statements][:2] == ["model", "documents"]
    assert {"4,200 euros", "5,000 euros"} == set(answer.conflicts[0].values)
    assert "These sources differ on a number" in plain_text(answer)


def test_a_model_is_sent_what_the_reader_takes_for_answering(library: Library) -> None:
    """Of more passages six are sent, the one that answers first; a comparison is sent them all."""
    asked = "In which year did the history of the observatory fill a book of 95 pages?"
    _, model = ask(library, asked, "x", passages=20)
    prompt = model.prompts[0][1][1]
    assert prompt.count("<passage number=") == SENT
    assert "book of 95 pages" in prompt.split("</passage>")[0]
    _, compared = ask(library, "Compare the history of the observatory with its visitors.", "x", passages=20)
    assert compared.prompts[0][1][1].count("<passage number=") == 20
    _, unread = ask(library, asked, "x", passages=20, reader="off")
    assert unread.prompts[0][1][1].count("<passage number=") == 20
