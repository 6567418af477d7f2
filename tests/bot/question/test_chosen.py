"""A question may choose the documents that it is asked of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hash_encoder import HashEncoder

from bot.question.chosen import chosen
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Filter

MAIL, TEXT = "message/rfc822", "text/plain"
FILES = (
    ("report-2023.pdf", TEXT, "default", ()),
    ("report-2024.pdf", TEXT, "default", ()),
    ("policy-2022.md", TEXT, "default", ()),
    ("policy-2025.md", TEXT, "secret", ()),
    ("crane.eml", MAIL, "default", (("author", "Petra Vogel"), ("created", "2024-03-05T09:30:00"))),
    ("lamp.eml", MAIL, "default", (("author", "Petra Vogel"), ("created", "2024-05-01T09:30:00"))),
    ("rope.eml", MAIL, "default", (("author", "Anna Berg"), ("created", "2024-03-09T09:30:00"))),
    ("flood.md", TEXT, "default", ()),
)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("chosen") / "library"
    with Library.open(folder, create=True, encoder=HashEncoder()) as opened:
        for number, (name, media_type, collection, said) in enumerate(FILES):
            text = "The crane is blue."
            document = Document(
                id=f"{number:016}", source=f"/files/{name}", title=name, media_type=media_type, text=text,
                sha256=name, said=said, collection=collection,
            )  # fmt: skip
            opened.add([(document, split(text, count_tokens=opened.encoder.count_tokens))])
        yield opened


@pytest.mark.parametrize(
    ("question", "files", "rest"),
    [
        ("What is the budget in report-2023.pdf?", ["report-2023.pdf"], "What is the budget?"),
        ("According to report-2023.pdf, what is the budget?", ["report-2023.pdf"], "What is the budget?"),
        ("What does report-2023.pdf say on cranes?", ["report-2023.pdf"], "What does the document say on cranes?"),
        ("What is the budget in the latest report?", ["report-2024.pdf"], "What is the budget in the report?"),
        ("Who wrote the oldest report about cranes?", ["report-2023.pdf"], "Who wrote the report about cranes?"),
        ("What is allowed by the policy of 2022?", ["policy-2022.md"], "What is allowed by the policy?"),
        ("What is allowed by the 2025 policy?", ["policy-2025.md"], "What is allowed by the policy?"),
        ("What colour is the crane in the mails from Petra?", ["crane.eml", "lamp.eml"], "What colour is the crane?"),
        ("What do the mails from Petra in March say about cranes?", ["crane.eml"],
         "What do the mails say about cranes?"),
        ("What was said in Anna Berg's mail of March 2024?", ["rope.eml"], "What was said?"),
    ],
)  # fmt: skip
def test_documents_are_chosen_by_name_kind_time_and_sender(
    library: Library, question: str, files: list[str], rest: str
) -> None:
    """The words that choose are taken out of the question, and what was chosen is told."""
    found = chosen(question, library, None)
    assert found is not None
    ids = set(found.documents)
    assert [info.title for info in library.documents() if info.id in ids] == files
    assert found.question == rest
    assert found.told == f"Asked of {', '.join(files)}."


@pytest.mark.parametrize(
    "question",
    [
        "What is the budget in report-1999.pdf?",  # there is none
        "What is the latest flood?",  # one document is called so: nothing to choose between
        "How many houses did the flood of 2023 damage?",
        "What did Anna Berg write in her mail of May?",
        "Which mails mention cranes?",
        "What happened in 2023?",
    ],
)
def test_nothing_is_chosen(library: Library, question: str) -> None:
    """Where nothing is meant, or nothing is there, the question goes the ordinary way."""
    assert chosen(question, library, None) is None


def test_only_what_may_be_seen_is_chosen_from(library: Library) -> None:
    """A document of another collection is neither chosen, nor named, nor does it make two of one."""
    mine = Filter(collections=("default",))
    assert chosen("What is allowed by the 2025 policy?", library, mine) is None
    assert chosen("What does policy-2025.md allow?", library, mine) is None
    assert chosen("What is allowed by the policy of 2022?", library, mine) is None  # there is one policy to see
