"""Which list a question asks for: the one that is about what is asked, and whose introduction is about little else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hash_encoder import HashEncoder

from bot.computed.lists import list_answer
from bot.question.question import Question
from ingest.sync import sync
from vectorstore.library import Library

TEXTS = {
    "chat.md": """# Web chat

The following list specifies the minimum required browser software for the web chat, with the two latest versions:

- Google Chrome
- Mobile Safari
""",
    "pilots.md": """# Duties

The requirements are:

- a licence
- a medical certificate
""",
}


@pytest.mark.parametrize(
    ("question", "items"),
    [
        ("What are the requirements?", ["- a licence", "- a medical certificate"]),
        ("What is required of browser software for the web chat?", []),  # one thing
        ("Which browser software is required for the web chat?", ["- Google Chrome", "- Mobile Safari"]),
        ("Which versions are there?", []),  # its introduction speaks of versions, and is about much else
    ],
)
def test_a_list_is_told_where_its_introduction_is_about_what_is_asked(
    question: str, items: list[str], tmp_path: Path
) -> None:
    """A word in passing in a long introduction does not make its list the answer."""
    for name, text in TEXTS.items():
        (tmp_path / name).write_text(text)
    with Library.open(tmp_path / "library", create=True, encoder=HashEncoder()) as library:
        sync(library, [*map(tmp_path.joinpath, TEXTS)])
        found = list_answer(Question(question), library, None)
        assert [line.quotes[0].text for line in found.lines[1:]] == items if found else items == []
