"""Two documents of a real library held against each other, and the question for it in words."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import Bot
from bot.compare import Comparison, compare
from bot.computed.changes.clauses import clauses
from bot.errors import QuestionRefused
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.errors import DocumentMissing
from vectorstore.library import Library
from vectorstore.passage import Filter

OLD = (
    "Lease 2022\n\n1. Term\n\n1.1 This lease begins on 1 March 2022. It ends on 28 February 2027.\n\n2. Rent\n\n"
    "2.1 The rent is 2,400 EUR a month.\n\n2.2 Dogs are not allowed in the *building*.\n\n3. Repairs\n\n"
    "3.1 The landlord repairs the roof.\n\n3.2 The tenant repairs the kitchen and keeps the stairs clean."
)
NEW = (
    "Lease 2026\n\n1. Term\n\n1.1 This lease begins on 1 March 2026. It ends on 28 February 2031.\n\n2. Rent\n\n"
    "2.1 The rent is 2,650 EUR a month.\n\n3. Deposit\n\n3.1 The tenant pays a deposit of 5,300 EUR.\n\n4. Repairs\n\n"
    "4.1 The tenant repairs the kitchen and keeps the stairs clean.\n\n4.2 The landlord repairs the roof."
)
TEXTS = {
    "lease-2026.md": NEW,
    "lease-2022.md": OLD,
    "copy of old.md": OLD,
    "minutes.txt": "Prices changed between May and June. The board met twice.",
}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    with Library.open(tmp_path_factory.mktemp("compare") / "library", create=True) as library:
        documents = [
            Document(
                id=str(number) * 16,
                source=f"/office/{name}",
                title=name.rpartition(".")[0].replace("-", " ").capitalize(),
                media_type="text/plain",
                text=text,
                sha256=name,
                collection="private" if name == "lease-2026.md" else "default",
            )
            for number, (name, text) in enumerate(TEXTS.items(), 1)
        ]
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
        with Bot(library) as opened:
            yield opened


@pytest.fixture(scope="module")
def found(bot: Bot) -> Comparison:
    return compare(bot.library, "lease-2022.md", "lease-2026.md")


def test_every_footnote_is_verbatim_on_its_side(bot: Bot, found: Comparison) -> None:
    """Both sides of each difference carry the stored characters at their place, of the right document."""
    for difference in found.differences:
        for citation, side in ((difference.old, found.old), (difference.new, found.new)):
            if citation:
                assert citation.document == side.id
                assert bot.library.text(side.id, citation.start, citation.end) == citation.quote
        for edit in difference.as_dict()["edits"]:
            for name, side in (("old", found.old), ("new", found.new)):
                text = bot.library.text(side.id, edit[f"{name}_start"], edit[f"{name}_end"])
                assert text == edit[name]


def test_each_kind_of_difference_is_named(found: Comparison) -> None:
    """What changed with its words, what is new, gone, elsewhere, or has another number only."""
    lines = found.text.splitlines()
    assert "changed, 2.1: 2.1 The rent is [-2,400-] {+2,650+} EUR a month. [7][8]" in lines
    assert "removed, 2.2: [-2.2 Dogs are not allowed in the *building*.-] [9]" in lines
    assert "added, 3.1: {+3.1 The tenant pays a deposit of 5,300 EUR.+} [11]" in lines
    assert "moved, 3.1 → 4.2: [-3.1-] {+4.2+} The landlord repairs the roof. [12][13]" in lines
    assert "renumbered, 3 → 4: [-3-] {+4+}. Repairs [14][15]" in lines
    assert "4 changed, 2 added, 1 removed, 1 moved, 2 renumbered, 2 the same" in lines[0].replace(".", "")


def test_all_of_both_documents_is_compared(bot: Bot, found: Comparison) -> None:
    """No sentence of either side is left out, and the clauses hold every character that is no blank."""
    for side, document in (("old", found.old), ("new", found.new)):
        told = sum(getattr(difference, side) is not None for difference in found.differences)
        held = clauses(bot.library, document.id)
        assert told + found.same == len(held)
        text = bot.library.text(document.id)
        assert "".join("".join(clause.text for clause in held).split()) == "".join(text.split())


def test_markdown_shows_no_markup_of_a_document(found: Comparison) -> None:
    """Stars in a document stay stars; old words are struck, new ones bold."""
    shown = found.markdown()
    assert "~~2,400~~ **2,650**" in shown
    assert "\\*building\\*" in shown and "*building*." not in shown.replace("\\*", "")


def test_a_document_is_not_compared_with_itself(bot: Bot) -> None:
    """One document under two names is refused, as is a name that none has; two alike have no difference."""
    with pytest.raises(QuestionRefused, match="one document"):
        compare(bot.library, "lease-2022.md", "Lease 2022")
    with pytest.raises(DocumentMissing):
        compare(bot.library, "lease-2022.md", "nothing.pdf")
    same = compare(bot.library, "lease-2022.md", "copy of old.md")
    assert not same.differences and "no difference, all 10 sentences are the same" in same.text


@pytest.mark.parametrize(
    "question",
    [
        "What changed between lease-2022.md and lease-2026.md?",
        "What changed between the lease of 2022 and the 2026 lease?",
        "what is the difference between lease-2022 and lease-2026",
        "Compare lease 2022 with lease 2026",
        "How does lease-2026 differ from lease-2022?",
        "How do the two leases differ?",
        "What changed between the two versions of the lease?",
        "What is new in lease-2026.md compared to lease-2022.md?",
    ],
)
def test_the_question_in_words_is_answered_whole(bot: Bot, found: Comparison, question: str) -> None:
    """The older one first; a line for each difference, marked as computed, both sides its footnotes."""
    answer = bot.ask(question)
    assert answer.notice == found.summary
    assert len(answer.statements) == len(found.differences)
    assert {statement.support for statement in answer.statements} == {"computed"}
    assert [c.quote for c in answer.citations] == [c.quote for c in found.citations]
    assert any("“2,400” became “2,650”" in statement.text for statement in answer.statements)


@pytest.mark.parametrize(
    "question",
    ["What changed between May and June?", "What is the difference between rent and deposit?", "What changed?"],
)
def test_what_names_no_two_documents_is_an_ordinary_question(bot: Bot, question: str) -> None:
    """It is answered by what the documents say, or not at all."""
    answer = bot.ask(question)
    assert all(statement.support == "quoted" for statement in answer.statements)


def test_a_document_that_may_not_be_seen_is_not_compared(bot: Bot, found: Comparison) -> None:
    """A person limited to one collection learns nothing of the other document."""
    answer = bot.ask("What changed between lease-2022.md and lease-2026.md?", filter=Filter(collections=("default",)))
    assert "2,650" not in answer.text and "lease-2026.md (" not in answer.text
