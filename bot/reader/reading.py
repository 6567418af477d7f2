"""What is given to the reader, and what it says."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Readable:
    """A passage as the reader sees it.

    Attributes:
        text: The verbatim text; offsets of a reading count in it.
        title: Title and headings above it, or "". It helps to tell look-alike documents apart.
    """

    text: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the reader says of one passage for one question.

    Attributes:
        answers: Logit that the passage answers the question: 0 is even odds, higher is surer.
        start, end: Python string offsets into the passage's text of the words that answer best, end exclusive. They
            are given whether or not the passage answers; both 0 where there is no word.
        span: Probability, 0 to 1, that these words are the answer, given that the passage holds one.
    """

    answers: float
    start: int
    end: int
    span: float


@dataclass(frozen=True, slots=True)
class Support:
    """Whether a passage bears a statement out: three probabilities, 0 to 1, that sum to one."""

    entails: float
    contradicts: float
    neither: float
