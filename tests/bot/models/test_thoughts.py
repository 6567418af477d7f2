"""A reasoning model's thoughts never stand in its answer, however they are marked and wherever the reply is cut."""

from __future__ import annotations

from collections.abc import Generator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.models.chat_model import Finish, Reply
from bot.models.thoughts import ThoughtFilter

ANSWER = "The deal was signed on October 28, 2025 [1]. It holds for ten years [2]."
THOUGHT = "Okay, the user asks for the SECRET. Passage 1 says SECRET. Is it <5 or [3]?\n\nLet me see: SECRET."


def shown(reply: str, *, step: int = 3, finish: Finish = "stop") -> str:
    """Return what of a reply passes when it arrives in pieces of `step` characters."""

    def pieces() -> Generator[str, None, Finish]:
        for at in range(0, len(reply), step):
            yield reply[at : at + step]
        return finish

    made = Reply(pieces())
    text = "".join(made)
    assert made.finish == finish
    return text


MARKED = {
    "think": f"<think>\n{THOUGHT}\n</think>\n\n{ANSWER}",
    "capitals": f"<THINK>{THOUGHT}</THINK>{ANSWER}",
    "thinking": f"<thinking>{THOUGHT}</thinking>{ANSWER}",
    "thought": f"<thought>{THOUGHT}</thought>{ANSWER}",
    "Seed": f"<seed:think>{THOUGHT}</seed:think>{ANSWER}",
    "two thoughts": f"<think>{THOUGHT}</think><think>{THOUGHT}</think>{ANSWER}",
    "a thought in a thought": f"<think>{THOUGHT}<think>{THOUGHT}</think>{THOUGHT}</think>{ANSWER}",
    "no thought": f"<think>\n\n</think>\n\n{ANSWER}",
    "begun in the prompt": f"{THOUGHT}\n</think>\n\n{ANSWER}",
    "Mistral": f"[THINK]{THOUGHT}[/THINK]{ANSWER}",
    "Kimi": f"◁think▷{THOUGHT}◁/think▷{ANSWER}",
    "Cohere": f"<|START_THINKING|>{THOUGHT}<|END_THINKING|><|START_RESPONSE|>{ANSWER}<|END_RESPONSE|>",
    "gpt-oss": f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>final<|message|>{ANSWER}"
    "<|return|>",
    "gpt-oss with a call": f"<|channel|>analysis<|message|>{THOUGHT}<|end|><|start|>assistant<|channel|>"
    f"commentary to=f <|constrain|>json<|message|>{THOUGHT}<|call|><|start|>assistant<|channel|>final<|message|>"
    f"{ANSWER}",
    "gpt-oss, channels": f"<|channel|>analysis<|message|>{THOUGHT}<|channel|>final<|message|>{ANSWER}",
    "gpt-oss without control tokens": f"analysis{THOUGHT}assistantfinal{ANSWER}",
    "Gemma": f"<|channel>thought\n{THOUGHT}<channel|>{ANSWER}",
    "Granite": f"Here is my thought process:\n{THOUGHT}\nHere is my response:\n{ANSWER}",
}


@pytest.mark.parametrize("step", [1, 3, 7, 1_000])
@pytest.mark.parametrize("kind", MARKED)
def test_marked_thoughts_are_taken_out(kind: str, step: int) -> None:
    """Only the answer is left, in each family's marks, however the pieces are cut."""
    assert shown(MARKED[kind], step=step).strip() == ANSWER


@pytest.mark.parametrize("kind", [kind for kind in MARKED if kind != "no thought"])
def test_a_thought_that_is_cut_off_shows_nothing(kind: str) -> None:
    """A budget of tokens that ends in the thought: nothing of it is shown, at whichever character it ends."""
    reply = MARKED[kind]
    end = reply.rindex("SECRET") + len("SECRET")
    for at in range(1, end + 1):
        assert "SECRET" not in shown(reply[:at], step=5, finish="length")
    marks = reply.startswith(("<", "[", "◁", "analysis", "Here"))
    assert not marks or shown(reply[:end], finish="stop") == ""


@pytest.mark.parametrize(
    "reply",
    [
        ANSWER,
        "Okay: it was signed in Tokyo.",
        "The question of tariffs was settled in 2025 [1].",
        "Analysis of the deal shows that 3 < 5 and a[0] > b [1].",
        "analysis",
        "The tag `<think>` opens the reasoning, and `</think>` ends it [1].",
        '{"statements": [{"text": "It was signed.", "sources": [1]}]}',
        "İstanbul'da imzalandı [1].",
        "x <",
        "",
    ],
)
@pytest.mark.parametrize("step", [1, 4, 1_000])
def test_an_answer_without_thoughts_stays_as_it_is(reply: str, step: int) -> None:
    """No character of an ordinary answer is lost, also where it begins as thoughts do or speaks of such marks."""
    assert shown(reply, step=step) == reply


def test_an_answer_is_passed_on_as_it_arrives() -> None:
    """An ordinary answer is not kept back: after each piece at most the beginning of a mark is missing."""
    reader, out = ThoughtFilter(), ""
    for at, character in enumerate(ANSWER, start=1):
        out += reader.feed(character)
        assert at < 18 or at - len(out) < 20


@given(st.text(alphabet="<>|[]/abthinkcel◁▷ \n`", max_size=80), st.integers(1, 9))
def test_the_cut_of_the_pieces_changes_nothing(reply: str, step: int) -> None:
    """Whatever the text, it is read the same in pieces as whole."""
    assert shown(reply, step=step) == shown(reply, step=1_000)


@given(st.text(max_size=60), st.text(max_size=60))
def test_what_stands_in_a_thought_never_passes(thought: str, answer: str) -> None:
    """Whatever is thought between marks and answered after them, the thought's own words do not pass."""
    reply = f"<think>Aq{thought.replace('<', '')}qZ</think>{answer.replace('A', 'a')}"
    assert "Aq" not in shown(reply, step=2)
