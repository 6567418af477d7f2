"""In which form an answer is asked for is read from few patterns; what is no form stays the question that it is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.question.form import Form, form_of

CASES = (
    ("Compare the two leases in three sentences.", Form("compare", 3, "", "the two leases")),
    (
        "Compare Japan's investment with Korea's.",
        Form("compare", 0, "", "Japan's investment with Korea's", ("Japan's investment", "Korea's")),
    ),
    (
        "Please compare the lease and the handbook as a table",
        Form("compare", 0, "table", "the lease and the handbook", ("the lease", "the handbook")),
    ),
    (
        "What are the key differences between Japan and Korea?",
        Form("compare", 0, "", "Japan and Korea", ("Japan", "Korea")),
    ),
    ("How do the two leases differ?", Form("compare", 0, "", "the two leases")),
    ("Japan vs. Korea", Form("compare", 0, "", "Japan vs. Korea", ("Japan", "Korea"))),
    ("Summarise the risks of the deal in three sentences.", Form("summary", 3, "", "the risks of the deal")),
    ("Give me a two-sentence summary of the deal", Form("summary", 2, "", "the deal")),
    ("Sum up the section Liquidity in five bullet points", Form("summary", 5, "list", "the section Liquidity")),
    ("Can you summarise the deal for a ten-year-old?", Form("summary", 0, "", "the deal")),
    ("Explain the notice period for a board.", Form("explain", 0, "", "the notice period")),
    ("How does the notice period work?", Form("explain", 0, "", "the notice period")),
    ("Why does the deal matter for Japan?", Form("why", 0, "", "Why does the deal matter for Japan")),
    ("What are the pros and cons of the deal?", Form("pros-cons", 0, "", "the deal")),
    ("Arguments for and against the deal, in at most four sentences", Form("pros-cons", 4, "", "the deal")),
    ("Draft an email to the landlord about the notice period", Form("draft", 0, "", "the notice period")),
    ("Write a short memo on the deposit for the board", Form("draft", 0, "", "the deposit")),
    ("Answer in one sentence: when does the lease end?", Form("", 1, "", "when does the lease end")),
    ("When does the lease end? In one sentence, please.", Form("", 1, "", "When does the lease end")),
    ("List the investments as a table", Form("", 0, "table", "the investments")),
    ("Vergleiche Japan mit Korea in drei Sätzen", Form("compare", 3, "", "Japan mit Korea", ("Japan", "Korea"))),
    ("Fasse die Risiken des Vertrags in zwei Sätzen zusammen", Form("summary", 2, "", "die Risiken des Vertrags")),
    ("Erkläre die Kündigungsfrist in einfachen Worten", Form("explain", 0, "", "die Kündigungsfrist")),
    ("Was sind die Vor- und Nachteile des Vertrags?", Form("pros-cons", 0, "", "Vertrags")),
    ("Zeige die Investitionen als Tabelle", Form("", 0, "table", "die Investitionen")),
    ("Schreibe einen Brief über die Kündigung", Form("draft", 0, "", "die Kündigung")),
    ("Résume les risques du contrat en trois phrases", Form("summary", 3, "", "les risques du contrat")),
    (
        "Quelle est la différence entre le bail et l'annexe ?",
        Form("compare", 0, "", "le bail et l'annexe", ("le bail", "l'annexe")),
    ),
    ("Rédige un courriel sur le préavis", Form("draft", 0, "", "le préavis")),
    ("契約のリスクを三文で要約してください", Form("summary", 3, "", "契約のリスク")),
    ("解約予告期間について説明してください", Form("explain", 0, "", "解約予告期間")),
)
PLAIN = """Who wrote the summary?
How many sentences did the judge pass?
What does the contract say in two sentences of section 4?
When was the comparison made?
What was described in the report?
What table lists the deposits?
Is there a difference in price?
Which draft was signed?
What is a bullet point?
Who explained the deal?
Does the note mention two lines of credit?
What are the two points of the agreement?
Was steht in den zwei Sätzen?
Qui a écrit le résumé ?""".splitlines()


@pytest.mark.parametrize(("question", "form"), CASES)
def test_a_form_is_read_and_what_it_is_about(question: str, form: Form) -> None:
    """Task, limit, shape and sides are read; the subject is what is left to search for."""
    assert form_of(question) == form


@pytest.mark.parametrize("question", PLAIN)
def test_a_question_that_only_holds_the_words_is_plain(question: str) -> None:
    """What asks about a summary or a table asks for none."""
    assert form_of(question).is_plain and form_of(question).subject == question


@given(st.text(max_size=80))
def test_there_is_always_something_to_search_for(question: str) -> None:
    """No question loses all of its words to its form, and a limit is a small number."""
    form = form_of(question)
    assert 0 <= form.sentences <= 20
    assert form.subject.strip() or not question.strip()


@pytest.mark.parametrize("question", ["Summarise", "In three sentences", "Compare", "Explain in two sentences."])
def test_a_form_without_a_subject_is_searched_as_it_is(question: str) -> None:
    """Where nothing is left, the whole question is what is searched for."""
    assert form_of(question).subject == question
