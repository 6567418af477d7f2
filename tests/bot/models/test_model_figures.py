"""The table of raw model text against what is shown: which questions, what counts as right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bot.evaluation.sets import Question, read_documents, read_questions
from evals.models import article_set, first_of_each, holds, made_up, markdown, says_part, score_rows, times, why_set


def question(number: int, *, answerable: bool) -> Question:
    """Return a question whose accepted answer is "Tokyo"."""
    return Question(str(number), "Where?", ("Tokyo",) if answerable else (), (), answerable)


def test_half_of_the_questions_can_be_answered() -> None:
    """The first so many are taken, answerable and unanswerable in turns."""
    questions = [question(n, answerable=n < 10) for n in range(20)]
    chosen = first_of_each(questions, 6)
    assert [q.id for q in chosen] == ["0", "10", "1", "11", "2", "12"]
    assert len(first_of_each(questions[:12], 10)) == 7


def test_what_counts_as_right() -> None:
    """Short answers must stand there; of long ones half of the words that carry content."""
    assert holds("It was signed in Tokyo.", ["tokyo"])
    assert not holds("It was signed in Osaka.", ["tokyo"])
    long = "The Russian Blue cat has a double coat with an undercoat that is soft, downy and even in length."
    assert holds("Its undercoat is soft, downy, even in length: a double coat.", [long])
    assert not holds("It is a cat.", [long])


def test_a_part_of_a_long_answer_is_not_wrong() -> None:
    """One sentence of a long accepted answer is right as far as it goes; another subject is not."""
    long = "The bridge was bought by Robert McCulloch and moved to Lake Havasu City in Arizona, across a channel."
    asked = Question("1", "who bought the bridge and where is it now", (long,), (), True)
    assert says_part("It was bought by Robert McCulloch.", asked)
    assert not says_part("The bridge is a nursery rhyme about falling down.", asked)
    assert not says_part("In Osaka.", question(1, answerable=True))


def test_a_name_or_number_that_no_source_holds_is_made_up() -> None:
    """Words that open a sentence and the last one, which may be cut off, are let be."""
    source = ["The bridge was sold in 1968 for $2,460,000 to Robert McCulloch of Lake Havasu."]
    assert made_up("The bridge went to Robert McCulloch for 2460000 dollars.", source) == []
    assert made_up("Perhaps Harry Smith bought it in 1971. It is red.", source) == ["Harry", "Smith", "1971"]
    assert made_up("It was sold in 19", source) == []


def test_the_article_is_a_set(tmp_path: Path) -> None:
    """A text becomes a set of one document with the fifty questions of the tests, twelve without an answer."""
    article = tmp_path / "article.txt"
    article.write_text("A deal was signed in Tokyo.\n", encoding="utf-8")
    folder = article_set(article, tmp_path / "set")
    questions = read_questions(folder)
    assert (len(questions), sum(not q.answerable for q in questions)) == (50, 12)
    assert [document.text.strip() for document in read_documents(folder)] == ["A deal was signed in Tokyo."]


def test_a_run_is_scored() -> None:
    """Wrong answers count among those shown, answers to unanswerable questions among those."""
    questions = [question(n, answerable=n < 3) for n in range(5)]
    texts = ("In Tokyo.", "In Osaka.", "", "Somewhere.", "")
    run = [
        {"id": str(n), "answer": text, "abstained": not text, "read": ["a"], "withheld": 1, "seconds": 1.0 + n}
        for n, text in enumerate(texts)
    ]
    row = score_rows(Path("/sets/tiny"), questions, run, "shown", texts={"a": "It was in Tokyo."})
    assert (row.answered, row.correct, row.wrong_when_shown, row.false_answer) == (66.7, 33.3, 50.0, 50.0)
    assert (row.own, row.withheld, row.seconds) == (0.0, 5, 3.0)
    assert "| tiny | shown | 5 | 66.7 | 33.3 | 50.0 | 50.0 | 0.0 | 5 | 3.00 |" in markdown([row])


def test_answers_that_hold_a_sentence_of_the_model_are_counted() -> None:
    """Where no answer is accepted nothing is called right or wrong, but what was shown and who wrote it is counted."""
    questions = [replace(question(n, answerable=True), answers=()) for n in range(3)]
    run = [
        {
            "id": "0",
            "answer": "A. B.",
            "abstained": False,
            "support": ["supported", "quoted"],
            "read": [],
            "seconds": 1.0,
        },
        {"id": "1", "answer": "C.", "abstained": False, "support": ["quoted"], "read": [], "seconds": 1.0},
        {"id": "2", "answer": "", "abstained": True, "support": [], "read": [], "seconds": 1.0},
    ]
    row = score_rows(Path("/sets/why"), questions, run, "shown", texts={})
    assert (row.answered, row.correct, row.wrong_when_shown, row.own) == (66.7, None, None, 50.0)


def test_the_questions_why_are_a_set(tmp_path: Path) -> None:
    """Twenty are asked of each of two libraries, and each stands alone."""
    article = tmp_path / "article.txt"
    article.write_text("A deal was signed in Tokyo.\n", encoding="utf-8")
    asked = {name: read_questions(why_set([article], name, tmp_path / name)) for name in ("samples", "article")}
    assert [len(questions) for questions in asked.values()] == [20, 20]
    assert len({q.text for questions in asked.values() for q in questions}) == 40


def test_where_the_time_went() -> None:
    """Only answers that a model wrote count; shares add up."""
    run = [
        {"first": 2.0, "timings": {"search": 1.0, "answer": 8.0, "check": 1.0}},
        {"first": 0.0, "timings": {"search": 1.0}},
    ]
    assert times(run) == ("first statement after 2.0 s (median of 1); search 10.0 %, model 80.0 %, check 10.0 %")
    assert times([]) == "no answer was written"
