"""A chat model that is heard: asked where quotes would refuse, believed in what stands around a passage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_model import ScriptedModel

from bot import Bot, Settings
from bot.passages.evidence import evidence
from bot.written.prompts import NO_ANSWER
from ingest.sync import sync
from vectorstore.library import Library

DEAL = """# The Anders bridge contract

## Signed on 28 October 2025 in Tokyo

Kimi Onoda and Michael Kratsios signed the contract for the two governments.

## Risks

American control over investment decisions may stir political resistance at home. Some members oppose the fee.

## Parts

The contract has these parts:

- steel from Ohio
- cables from Osaka
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("heard")
    (folder / "documents").mkdir()
    (folder / "documents" / "deal.md").write_text(DEAL, encoding="utf-8")
    with Library.open(folder / "library", create=True) as opened:
        sync(opened, [Path(folder / "documents")])
        yield opened


SURE = Settings(threshold=0.0)
UNSURE = Settings(threshold=1.0, model_threshold=0.0)


def test_a_date_in_the_heading_is_a_footnote_of_its_own(library: Library) -> None:
    """Who signed stands in the sentence, when in the heading: both are shown, verbatim, at their places."""
    model = ScriptedModel("Kimi Onoda and Michael Kratsios signed the contract on 28 October 2025 in Tokyo [1].")
    answer = Bot(library, settings=SURE, model=model).ask("Who signed the contract, and when?")
    assert [statement.support for statement in answer.statements[:1]] == ["supported"]
    quotes = {citation.quote for citation in answer.citations if citation.number in answer.statements[0].citations}
    assert "Signed on 28 October 2025 in Tokyo" in quotes
    assert any("Kimi Onoda" in quote for quote in quotes)
    for citation in answer.citations:
        assert library.text(citation.document, citation.start, citation.end) == citation.quote


def test_what_stands_around_a_passage_is_found_with_its_place(library: Library) -> None:
    """Headings above, and what introduces a list, as runs of the document's text."""
    passages = library.search("cables from Osaka", limit=10).passages
    pieces = evidence(library, passages)
    said = {(piece.kind, piece.passage.text) for piece in pieces}
    assert ("heading", "Parts") in said
    assert all(
        library.text(p.passage.document, p.passage.start, p.passage.end) == p.passage.text and p.of for p in pieces
    )


def test_a_model_is_asked_where_quotes_would_refuse(library: Library) -> None:
    """What it writes is checked and shown, though nothing would be quoted."""
    reply = "American control over investment decisions may stir political resistance at home [1]."
    answer = Bot(library, settings=UNSURE, model=ScriptedModel(reply)).ask("What are the risks of the contract?")
    assert [statement.text for statement in answer.statements] == [reply.replace(" [1]", "")]
    assert Bot(library, settings=UNSURE).ask("What are the risks of the contract?").abstained


@pytest.mark.parametrize(
    "reply", [NO_ANSWER, "The contract was cancelled by an emperor of Peru in 2011 [1].", "All members oppose the fee."]
)
def test_where_nothing_stands_the_documents_do_not_say(library: Library, reply: str) -> None:
    """Below the threshold no quote stands in: for what the model declines, invents or widens."""
    answer = Bot(library, settings=UNSURE, model=ScriptedModel(reply)).ask("What are the risks of the contract?")
    assert answer.abstained
    assert not answer.statements
    assert not answer.citations


def test_a_model_is_not_asked_what_the_documents_are_not_about(library: Library) -> None:
    """Below its own level nobody is asked; a small model is not asked below that of quotes."""
    asked = []
    reply = "Some members oppose the fee [1]."

    def told(_: object) -> str:
        asked.append(1)
        return reply

    closed = Settings(threshold=1.0, model_threshold=1.0)
    assert Bot(library, settings=closed, model=ScriptedModel(told)).ask("What are the risks of the fee?").abstained
    small = ScriptedModel(told)
    small.least_covered = 0.95  # type: ignore[attr-defined]
    assert Bot(library, settings=UNSURE, model=small).ask("What are the risks of the fee?").abstained
    assert not asked


def test_a_sentence_half_supported_is_cut_and_said_to_be(library: Library) -> None:
    """The half that stands is shown; the whole is withheld with the reason in words."""
    whole = "Some members oppose the fee, highlighting deep divisions among rural voters [1]."
    answer = Bot(library, settings=SURE, model=ScriptedModel(whole)).ask("Who opposes the fee?")
    assert answer.statements[0].text == "Some members oppose the fee."
    assert "the rest of the sentence is shown" in answer.withheld[0].reason


def test_what_was_withheld_may_be_written_again_once(library: Library) -> None:
    """The second prompt names what is missing; what stands then is shown."""
    prompts: list[str] = []

    def told(messages: object) -> str:
        prompts.append(str(messages))
        return "All members oppose the fee [1]." if len(prompts) == 1 else "Some members oppose the fee [1]."

    answer = Bot(library, settings=SURE, model=ScriptedModel(told)).ask("Who opposes the fee?")
    assert answer.statements[0].text == "Some members oppose the fee."
    assert len(prompts) == 2
    assert "Some" in prompts[1].rpartition("not accepted")[2]
    assert answer.withheld[0].reason == "it says more than the sources: “Some”"
