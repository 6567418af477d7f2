"""A long document is about the names of its beginning, and a question with a name is about such a document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hash_encoder import HashEncoder, make, split
from hypothesis import example, given
from hypothesis import strategies as st

from vectorstore.catalog.subjects import LEAST_SECTIONS, subject_terms
from vectorstore.library import Library
from vectorstore.passage import Filter
from vectorstore.words.tokens import name_terms, tokens

COMPANIES = {"Apple": "a.txt", "Amazon": "b.txt", "Intel": "c.txt"}


def report(company: str, revenue: int) -> str:
    """Return a report that names its company on the first page and in some sections, seldom beside the figures."""
    body = [f"Revenue of the quarter was {revenue} million dollars. Costs rose with the market. Staff was stable."]
    body += [f"Point {n} of the market concerns risk {n}. It may rise. It may fall." for n in range(40)]
    for place in (9, 19, 29, 38):
        body[place] = f"{company} expects little of point {place}. It may rise. It may fall."
    return f"Quarterly report of {company} Inc. It is not audited. The market is described. " + " ".join(body)


def spans(text: str) -> list[tuple[int, int]]:
    """Return the sections as the encoder's tests cut them."""
    found: dict[int, list[int]] = {}
    for chunk in split(text):
        found.setdefault(chunk.section, [chunk.start, chunk.end])[1] = chunk.end
    return [(start, end) for start, end in found.values()]


@pytest.fixture
def library(place: str) -> Iterator[Library]:
    with Library.open(place, create=True, encoder=HashEncoder()) as opened:
        for number, (company, name) in enumerate(COMPANIES.items()):
            opened.add([make(name, report(company, 100 + number), title=f"Report {number}")])
        yield opened


def test_the_names_of_the_beginning_that_come_again_are_the_subject() -> None:
    """A word that is also written small is no name, and a name that does not come again is not the subject."""
    text = report("Apple", 100)
    found = subject_terms(text, spans(text))
    assert "appl" in found
    assert not {"market", "report", "quarterli", "inc"} & set(found)


def test_a_short_document_has_no_subject_beyond_its_title() -> None:
    """Where few sections are, most of them name the subject themselves."""
    text = report("Apple", 100)
    assert subject_terms(text, spans(text)[: LEAST_SECTIONS - 1]) == []


@given(st.text(max_size=400), st.integers(0, 40))
@example("0A\u093a0A:", 1)  # a mark that the words keep and a pattern of letters does not
def test_any_text_has_a_subject_of_its_own_words_or_none(text: str, times: int) -> None:
    """Whatever the text, what it is about are terms of its beginning."""
    whole = text * (1 + times)
    step = max(1, len(whole) // 20)
    sections = [(start, start + step) for start in range(0, max(1, len(whole)), step)]
    assert set(subject_terms(whole, sections)) <= set(tokens(whole))


@pytest.mark.parametrize("company", COMPANIES)
def test_the_report_of_the_company_asked_about_comes_first(library: Library, company: str) -> None:
    """Though the sentence with the figure does not say whose it is, and all reports say the same."""
    for question in (f"What was the revenue of {company}?", f"{company.lower()} revenue of the quarter"):
        found = library.search(question, limit=200)
        assert found.passages[0].source.endswith(COMPANIES[company])
        assert "Revenue of the quarter" in found.passages[0].text
        assert found.another[0] == 0.0 and max(found.another) == 1.0


def test_the_report_asked_about_is_found_among_many_alike(library: Library) -> None:
    """No chunk of it is among the nearest of all, so its own are looked through."""
    library.add([make(f"more{n}.txt", report(f"Company{n}x", 500 + n), title=f"More {n}") for n in range(120)])
    found = library.search("What was the revenue of Intel in the quarter?")
    assert found.passages[0].text == "Revenue of the quarter was 102 million dollars."


def test_a_document_keeps_its_subject_when_it_is_renamed(library: Library) -> None:
    """The new name is found, and what the document is about as before."""
    document = library.documents()[0]
    library.rename(document.id, source="/files/renamed.txt", title="Another", modified=document.modified)
    assert library.search("revenue of Apple").passages[0].document == document.id


def test_documents_that_are_not_searched_set_nothing_apart(library: Library) -> None:
    """A reader of one collection does not see by the score that another one is about a name."""
    filter = Filter(sources=("*/a.txt", "*/b.txt"))
    named = library.search("What was the revenue of Intel?", filter=filter)
    assert set(named.another) == {0.0}
    assert "intel" in named.unknown


def test_names_of_a_query_have_a_capital_or_a_digit() -> None:
    """In a query without any capital every word may be a name."""
    assert name_terms("How did Apple's iPhone sell in Q3 2023?") == {"appl", "iphon", "q3", "2023"}
    assert name_terms("apple revenue") == {"appl", "revenu"}
    assert name_terms("What is revenue?") == frozenset()
