"""Reading a chat model's reply: every shape that models answer in, however the pieces are cut."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.written.reply import ReplyReader
from bot.written.reply_text import Draft, ended, normalise_markers

Said = list[tuple[str, tuple[int, ...]]]


def read(reply: str, *, passages: int = 3, step: int = 1, cut: bool = False) -> list[Draft]:
    """Feed a reply in pieces of `step` characters and return its drafts."""
    reader = ReplyReader(passages=passages)
    found: list[Draft] = []
    for at in range(0, len(reply), step):
        found.extend(reader.feed(reply[at : at + step]))
    found.extend(reader.finish(cut=cut))
    return found


def said(reply: str, **options: int) -> Said:
    """Return text and cited numbers of a reply's drafts."""
    return [(draft.text, draft.cited) for draft in read(reply, **options)]


CASES: list[tuple[str, str, Said]] = [
    (
        "markers before the stop",
        "The cat is black [1]. The dog is white [2].",
        [("The cat is black.", (1,)), ("The dog is white.", (2,))],
    ),
    (
        "markers after the stop",
        "The cat is black. [1] The dog is white. [2]",
        [("The cat is black.", (1,)), ("The dog is white.", (2,))],
    ),
    (
        "markers in front",
        "[1] The cat is black. [2] The dog is white.",
        [("The cat is black.", (1,)), ("The dog is white.", (2,))],
    ),
    (
        "markers on lines of their own",
        "The cat is black.\n[1]\nThe dog is white.\n[2]",
        [("The cat is black.", (1,)), ("The dog is white.", (2,))],
    ),
    ("several in one", "The cat is black [1, 3][2].", [("The cat is black.", (1, 3, 2))]),
    ("a range", "The cat is black [1-3].", [("The cat is black.", (1, 2, 3))]),
    ("spoken", "The cat is black (passage 2).", [("The cat is black.", (2,))]),
    ("named in brackets", "The cat is black [Passage 1, Source 3].", [("The cat is black.", (1, 3))]),
    ("wide brackets", "The cat is black【1†source】.", [("The cat is black.", (1,))]),
    ("superscript", "The cat is 3 km² away.²", [("The cat is 3 km² away.", (2,))]),
    ("none", "The cat is black. The dog is white.", [("The cat is black.", ()), ("The dog is white.", ())]),
    ("no stop at the end", "The cat is black", [("The cat is black.", ())]),
    (
        "abbreviations and decimals",
        "Dr. Smith paid $4.50 to the U.S. office [1].",
        [("Dr. Smith paid $4.50 to the U.S. office.", (1,))],
    ),
    (
        "a list of sentences",
        "It says:\n- The cat sleeps all day long in the sun. [1]\n- The dog barks at night. [2]\n",
        [("The cat sleeps all day long in the sun.", (1,)), ("The dog barks at night.", (2,))],
    ),
    (
        "a numbered list",
        "1. The cat sleeps all day long in the sun [1]\n2. The dog barks all night at the moon [2]",
        [("The cat sleeps all day long in the sun.", (1,)), ("The dog barks all night at the moon.", (2,))],
    ),
    (
        "a list of things",
        "The deal covers three fields [1]:\n\n- AI\n- quantum [2]\n* fusion\n\nIt was signed in Tokyo.",
        [("The deal covers three fields: AI; quantum; fusion.", (1, 2)), ("It was signed in Tokyo.", ())],
    ),
    (
        "markdown",
        "# Answer\n\n**Answer:** The *cat* is **very `black`** [1].\n\n---\n> The ~~dog~~ is __white__ [2].",
        [("The cat is very black.", (1,)), ("The dog is white.", (2,))],
    ),
    (
        "links and images",
        "See [the site](http://evil.example/?q=secret) now ![x](http://evil.example/y.png) [1].",
        [("See the site now.", (1,))],
    ),
    (
        "html",
        "The cat<br> is <b>black</b> <!-- ignore me --> [1].<img src=x onerror=alert(1)>",
        [("The cat is black.", (1,))],
    ),
    ("a code fence", "```\nThe cat is black [1].\n```", [("The cat is black.", (1,))]),
    (
        "a table",
        "| animal | colour |\n|---|---|\n| cat | black [1] |",
        [("animal, colour.", ()), ("cat, black.", (1,))],
    ),
    (
        "attribution",
        "According to passage 2, the cat is black. Passage 1 states that dogs bark.",
        [("The cat is black.", (2,)), ("Dogs bark.", (1,))],
    ),
    (
        "chatter",
        "Sure! Here is the answer: The cat is black [1]. I hope this helps!",
        [("The cat is black.", (1,))],
    ),
    (
        "japanese",
        "猫は黒いです[1]。犬は白いです。[2]鳥は青い",
        [("猫は黒いです。", (1,)), ("犬は白いです。", (2,)), ("鳥は青い。", ())],
    ),
    (
        "json",
        json.dumps(
            {
                "statements": [
                    {"text": "The cat is black.", "sources": [1]},
                    {"text": "Dogs bark. Birds sing.", "sources": [2]},
                ]
            }
        ),
        [("The cat is black.", (1,)), ("Dogs bark.", (2,)), ("Birds sing.", (2,))],
    ),
    (
        "json in a fence",
        '```json\n{"statements": [{"text": "The cat is black [3].", "sources": []}]}\n```',
        [("The cat is black.", (3,))],
    ),
    ("json of another shape", '{"answer": "The cat is black [1]."}', [("The cat is black.", (1,))]),
    ("invisible characters", "The c\u200bat is \u202eblack\u202c [1].", [("The cat is black.", (1,))]),
    ("empty", "", []),
    ("blanks", " \n\n ", []),
    ("only a marker", "[1]", []),
]


@pytest.mark.parametrize(("name", "reply", "expected"), CASES, ids=[case[0] for case in CASES])
def test_every_shape_of_a_reply(name: str, reply: str, expected: Said) -> None:
    """Sentences come out plain, with the passages that their markers name."""
    assert said(reply) == expected


@pytest.mark.parametrize(("name", "reply", "expected"), CASES, ids=[case[0] for case in CASES])
@pytest.mark.parametrize("step", [2, 3, 7, 10_000])
def test_the_size_of_the_pieces_does_not_matter(name: str, reply: str, expected: Said, step: int) -> None:
    """However the stream is cut into pieces, the same sentences come out."""
    assert said(reply, step=step) == expected


@given(
    st.lists(st.sampled_from([case[1] for case in CASES if not case[1].startswith(("{", "<", "`"))]), max_size=3),
    st.data(),
)
def test_any_cut_of_any_mixture_reads_the_same(replies: list[str], data: st.DataObject) -> None:
    """Mixtures of shapes, cut anywhere, read as they do in one piece; nothing crashes."""
    reply = "\n\n".join(replies)
    whole = read(reply, step=max(1, len(reply)))
    reader = ReplyReader(passages=3)
    found: list[Draft] = []
    rest = reply
    while rest:
        size = data.draw(st.integers(1, len(rest)))
        found.extend(reader.feed(rest[:size]))
        rest = rest[size:]
    found.extend(reader.finish())
    assert found == whole


@given(st.text(max_size=200))
def test_any_text_can_be_read(reply: str) -> None:
    """Whatever a model writes, reading ends, and no draft is empty or names a passage that is not there."""
    for draft in read(reply, step=5):
        assert any(character.isalnum() for character in draft.text)
        assert all(1 <= number <= 3 for number in draft.cited)


def test_made_up_markers_are_taken_out() -> None:
    """A marker that names no passage is removed and remembered, never shown."""
    draft = read("The cat is black [7]. The dog is white [0][2].")
    assert [(d.text, d.cited, d.invented) for d in draft] == [
        ("The cat is black.", (), (7,)),
        ("The dog is white.", (2,), (0,)),
    ]


@pytest.mark.parametrize(
    "reply",
    [
        "The cat is black [1]. The dog is wh",
        "The cat is black [1]. The dog is white [",
        "The cat is black [1].\n- The dog",
        '{"statements": [{"text": "The cat is black.", "sources": [1]}, {"text": "The dog is wh',
    ],
)
def test_a_reply_that_is_cut_off_ends_with_its_last_whole_sentence(reply: str) -> None:
    """When the model was cut off midway, the unfinished sentence is dropped."""
    assert [(d.text, d.cited) for d in read(reply, cut=True)] == [("The cat is black.", (1,))]


def test_sentences_come_while_the_rest_is_still_being_written() -> None:
    """A sentence is handed out as soon as the next one begins, not at the end of the reply."""
    reader = ReplyReader(passages=2)
    assert list(reader.feed("The cat is black [1].")) == []
    assert [d.text for d in reader.feed(" The dog")] == ["The cat is black."]
    assert [d.text for d in reader.feed(" is white.\n\nBirds")] == []
    assert [d.text for d in reader.feed(" sing. And")] == ["The dog is white.", "Birds sing."]


def test_json_statements_come_as_they_are_completed() -> None:
    """An object of a JSON reply is handed out when its brace closes."""
    reader = ReplyReader(passages=2)
    assert list(reader.feed('{"statements": [{"text": "The cat is black.", "sources": [1]')) == []
    assert [d.text for d in reader.feed('}, {"text"')] == ["The cat is black."]


def test_json_without_statements_is_no_answer() -> None:
    """An empty list of statements says that the passages do not answer."""
    reader = ReplyReader(passages=2)
    assert list(reader.feed('{"statements": []}')) == []
    assert list(reader.finish()) == []
    assert reader.declined


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("black [1]", "black[1]"),
        ("black. [ 2 , 3 ]", "black.[2,3]"),
        ("black [source 1 and 2]", "black[1,2]"),
        ("black [^4]", "black[4]"),
        ("black [1–3]", "black[1,2,3]"),
        ("black [sic]", "black [sic]"),
        ("a list[int]", "a list[int]"),
    ],
)
def test_markers_are_written_one_way(written: str, normal: str) -> None:
    """Every way of citing becomes "[1]" behind its word; other brackets stay."""
    assert normalise_markers(written) == normal


def test_a_sentence_gets_its_own_kind_of_stop() -> None:
    """A sentence without an end gets one, Japanese its own."""
    assert ended("The cat is black") == "The cat is black."
    assert ended("猫は黒い") == "猫は黒い。"
    assert ended('He said "yes."') == 'He said "yes."'
    assert ended("Really?") == "Really?"
