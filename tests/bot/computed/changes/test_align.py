"""The alignment of two texts: complete, in order, and true to both sides whatever they are."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.computed.changes import align as aligning
from bot.computed.changes.align import Change, align, edits
from bot.computed.changes.clauses import Clause, own_number
from bot.quotes.quoted import Quoted
from vectorstore.passage import Passage


def made(*texts: str) -> list[Clause]:
    """Return clauses of a document in which each text is a line."""
    whole = "\n".join(texts)
    passage = Passage("d" * 16, "D", "/d.txt", 0, len(whole), whole, 1.0, 1)
    found, at, number = [], 0, ""
    for text in texts:
        own, lead = own_number(whole, at, at + len(text))
        number = own or number
        found.append(Clause(Quoted(passage, at, at + len(text), 1.0), number, lead))
        at += len(text) + 1
    return found


def told(changes: list[Change]) -> list[tuple[str, str, str]]:
    return [(c.kind, c.old.text if c.old else "", c.new.text if c.new else "") for c in changes if c.kind != "same"]


def test_a_clause_is_held_against_the_one_of_its_number() -> None:
    """Although the old 4.3 reads like the new 4.2, each number is compared with its own."""
    old = made("4.1 Fees.", "4.2 The fee for adults is 5 EUR.", "4.3 The fee for adults is 6 EUR.")
    new = made("4.1 Fees.", "4.2 The fee for adults is 6 EUR.", "4.3 The fee for adults is 7 EUR.")
    assert told(align(old, new)) == [
        ("changed", "4.2 The fee for adults is 5 EUR.", "4.2 The fee for adults is 6 EUR."),
        ("changed", "4.3 The fee for adults is 6 EUR.", "4.3 The fee for adults is 7 EUR."),
    ]


def test_a_new_clause_renumbers_those_behind_it() -> None:
    """One clause is added; the others are renumbered, not changed."""
    old = made("1. Dogs are allowed.", "2. Rent is due on Monday.", "3. Keys are handed back.")
    new = made("1. Dogs are allowed.", "2. A deposit is paid.", "3. Rent is due on Monday.", "4. Keys are handed back.")
    assert [kind for kind, _, _ in told(align(old, new))] == ["added", "renumbered", "renumbered"]


def test_a_clause_in_another_place_has_moved() -> None:
    """With the same words it is moved; with a few others it is changed and moved."""
    rest = [f"Paragraph {name} stays where it was." for name in ("one", "two", "three")]
    moving = "The landlord repairs the roof and the walls of the house."
    changes = align(made(moving, *rest), made(*rest, moving))
    assert told(changes) == [("moved", moving, moving)]
    changed = moving.replace("walls", "windows")
    (only,) = [c for c in align(made(moving, *rest), made(*rest, changed)) if c.kind != "same"]
    assert (only.kind, only.moved) == ("changed", True)


def test_blanks_quotes_and_dashes_are_no_change() -> None:
    """What a converter does to a text is no difference; a word, a number or a capital is."""
    old = made("It's due – “soon” –  by 1 May.", "The Bank pays.")
    new = made('It’s due - "soon" - by 1 May.', "The bank pays.")
    assert [kind for kind, _, _ in told(align(old, new))] == ["changed"]


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("4.2 The rent", "4.2"),
        ("12. Notices", "12"),
        ("§ 5 Kündigung", "5"),
        ("Article 12: Scope", "12"),
        ("(b) the tenant", "(b)"),
        ("## 3.1 Scope", "3.1"),
        ("12 employees work here", ""),
        ("2022 was a good year.", ""),
        ("49.9 % of all", ""),
    ],
)
def test_numbers_of_clauses_are_read(line: str, number: str) -> None:
    """A number that counts or dates something is no clause's."""
    start = line.index("3.1") if line.startswith("##") else 0
    assert own_number(line, start, len(line))[0] == number


def test_a_number_inside_a_line_is_a_reference() -> None:
    """Only what begins its line is numbered."""
    line = "As agreed. 4.2 applies."
    assert own_number(line, 11, len(line)) == ("", 0)


LINES = st.lists(
    st.sampled_from(
        ["1. Rent is 5 EUR.", "1. Rent is 6 EUR.", "2. Rent is 5 EUR.", "Dogs stay out.", "Dogs and cats stay out.",
         "(a) keys", "(a) old keys", "Keys.", "3.1 Notices are given in writing.", "Notices are given in writing."]
    ),
    max_size=12,
)  # fmt: skip


@pytest.mark.parametrize("most", [aligning.MOST_PAIRS, 9])
@given(old=LINES, new=LINES)
def test_every_clause_stands_in_exactly_one_pair(most: int, old: list[str], new: list[str]) -> None:
    """Nothing is lost or told twice, also where texts are too long to be held against each other word by word."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(aligning, "MOST_PAIRS", most)
        changes = align(before := made(*old), after := made(*new))
    assert Counter(c.old.quoted.start for c in changes if c.old) == Counter(c.quoted.start for c in before)
    assert [c.new for c in changes if c.new] == after
    for change in changes:
        if change.kind in ("same", "moved", "renumbered"):
            assert change.old and change.new and change.old.bare == change.new.bare
        if change.kind == "changed":
            assert change.old and change.new and change.old.bare != change.new.bare and change.edits


@given(old=st.text("ab 1,.'é東 ", max_size=30), new=st.text("ab 1,.'é東 ", max_size=30))
def test_edits_are_all_that_differs(old: str, new: str) -> None:
    """With the edits put into the old text it reads, word for word, as the new one."""
    made_new, at = "", 0
    for edit in edits(old, new):
        made_new += old[at : edit.old_start] + " " + new[edit.new_start : edit.new_end] + " "
        at = edit.old_end
    assert "".join((made_new + old[at:]).split()) == "".join(new.split())
