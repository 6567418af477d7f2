"""Turns of a conversation: those that are no question, those that lean on the last answer, and rewrites."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import Any

import pytest

from bot.answer import Answer, Statement
from bot.errors import ModelError
from bot.models.chat_model import Finish, Message, Reply
from bot.question.conversation import Conversation, remembered
from bot.question.fit import reasons
from bot.question.question import Question
from bot.question.rewrite import condense, why_not
from bot.question.turn import Exchange, classify
from vectorstore.passage import Passage
from vectorstore.search.search import SearchResult

DEAL = Exchange(
    "What are the fields of the deal?",
    "The deal covers three fields: AI, quantum and fusion.",
    ("The deal covers three fields: AI, quantum and fusion.",),
)
SIGNERS = Exchange(
    "Who signed it?",
    "Kimi Onoda signed for Japan. Michael Kratsios signed for the United States.",
    ("Kimi Onoda signed for Japan.", "Michael Kratsios signed for the United States."),
)


class Rewriter:
    """A chat model that rewrites a question in a fixed way."""

    name, place, context, control_tokens, structured = "scripted", "this machine", 4_096, (), False

    def __init__(self, rewrite: str | ModelError) -> None:
        self.rewrite = rewrite
        self.prompts: list[Sequence[Message]] = []

    def count(self, text: str) -> int:
        """Count words."""
        return len(text.split())

    def stream(self, messages: Sequence[Message], *, max_tokens: int, schema: Mapping[str, Any] | None = None) -> Reply:
        """Return the fixed rewrite in two pieces."""
        self.prompts.append(messages)

        def pieces() -> Generator[str, None, Finish]:
            if isinstance(self.rewrite, ModelError):
                raise self.rewrite
            yield self.rewrite[:5]
            yield self.rewrite[5:]
            return "stop"

        return Reply(pieces())

    def close(self) -> None:
        """Nothing to give back."""


@pytest.mark.parametrize(
    ("message", "kind", "begins"),
    [
        ("hello", "greeting", "Hello"),
        ("Hi there!", "greeting", "Hello"),
        ("Good morning", "greeting", "Hello"),
        ("こんにちは", "greeting", "こんにちは"),
        ("Bonjour !", "greeting", "Bonjour"),
        ("thanks", "thanks", "You're welcome"),
        ("Thank you so much!!", "thanks", "You're welcome"),
        ("great, thanks for your help", "thanks", "You're welcome"),
        ("ありがとうございます", "thanks", "どういたしまして"),
        ("🙏", "thanks", "You're welcome"),
        (":-)", "thanks", "You're welcome"),
        ("...", "question", "There are no words in that"),
        ("…", "question", "There are no words in that"),
        ("'", "question", "There are no words in that"),
        ("。。。", "question", "There are no words in that"),
        ("\u200b", "question", "There are no words in that"),
        ("?!", "question", "Then ask in other words"),
        ("👎", "question", "Then ask in other words"),
        (":-(", "question", "Then ask in other words"),
        ("yes", "yes", "Good"),
        ("OK.", "yes", "Good"),
        ("no", "no", "Then ask in other words"),
        ("Nein, danke", "no", "Dann fragen Sie"),
        ("Non", "no", "Alors reformulez"),
        ("Non, merci", "no", "Alors reformulez"),
        ("No, gracias", "no", "Entonces pregunte"),
        ("bye", "farewell", "Goodbye"),
        ("Comment allez-vous ?", "greeting", "Bonjour"),
        ("Hola, ¿qué tal?", "greeting", "Hola"),
        ("Merci pour votre aide !", "thanks", "Je vous en prie"),
        ("C'est parfait", "thanks", "Je vous en prie"),
        ("¡Muchísimas gracias por todo!", "thanks", "De nada"),
        ("À bientôt", "farewell", "Au revoir"),
        ("Hasta luego", "farewell", "Adiós"),
        ("D'accord", "yes", "Bien. Que"),
        ("Sí, gracias", "yes", "Bien. ¿Qué"),
        ("Ja", "yes", "Gut. Was"),
        ("了解", "yes", "わかりました"),
        ("Ce n'est pas ce que j'ai demandé", "no", "Alors reformulez"),
        ("Pas vraiment.", "no", "Alors reformulez"),
        ("Eso no es lo que pregunté", "no", "Entonces pregunte"),
        ("Está mal", "no", "Entonces pregunte"),
        ("???", "question", "Then ask in other words"),
    ],
)
def test_a_turn_that_is_no_question_is_answered_without_a_search(message: str, kind: str, begins: str) -> None:
    """Greetings, thanks, yes and no get a short reply in their language, and nothing is searched."""
    intent = classify(message, [DEAL])
    assert intent.kind == kind
    assert intent.reply.startswith(begins)
    assert not intent.query


@pytest.mark.parametrize(
    ("message", "question"),
    [
        ("thanks, and what about Tokyo?", "And what about Tokyo?"),
        ("Hello! Who signed it?", "Who signed it?"),
        ("ok. when was it signed?", "When was it signed?"),
        ("Merci ! Et qui l'a signé ?", "Et qui l'a signé ?"),
        ("Gracias. ¿Cuándo se firmó?", "¿Cuándo se firmó?"),
        ("No es un tratado", "No es un tratado"),
        ("Who said hello to the president?", "Who said hello to the president?"),
        ("Is there a thank you note?", "Is there a thank you note?"),
        ("No Child Left Behind", "No Child Left Behind"),
        ("Why was it signed in Tokyo?", "Why was it signed in Tokyo?"),
        ("What is the second amendment?", "What is the second amendment?"),
    ],
)
def test_a_question_stays_a_question(message: str, question: str) -> None:
    """Pleasantries before a question go; the same words inside a question stay."""
    intent = classify(message, [DEAL])
    assert (intent.kind, intent.question, intent.reply) == ("question", question, "")


def test_a_reason_is_no_repetition() -> None:
    """Of what is found for "why?", only sentences that give a reason and were not shown already are left."""
    texts = ("The mill was closed in 1903. ", "It was closed because the river ran dry.")
    spans = ((0, 28), (29, 29 + len(texts[1])))
    passage = Passage("d", "Mill", "/mill.txt", 0, 29 + len(texts[1]), "".join(texts), 1.0, 1, sentences=spans)
    other = Passage("e", "Ferry", "/ferry.txt", 0, 23, "The ferry runs in July.", 0.5, 2, sentences=((0, 23),))
    found = SearchResult("Why?", passages=(passage, other), held=(frozenset({"mill"}), frozenset()))
    left = reasons(found, {"The mill was closed in 1903."})
    assert [p.sentences for p in left.passages] == [(spans[1],)]
    assert left.held == (frozenset({"mill"}),)
    assert reasons(found, {texts[1]}).passages == ()


def test_bare_turns_are_passed_over_for_what_a_question_follows_on() -> None:
    """After "and the second one?" and "why?" a question still follows on the last one that names something."""
    turns = Conversation()
    for asked in ("Who signed the deal?", "and the second one?", "Why?"):
        turns = turns.add(asked, Answer(asked, abstained=True))
    assert turns.context_for(Question("Where was it signed?")) == "Who signed the deal?"
    turns = turns.add("What about Japan?", Answer("What about Japan?", abstained=True))
    assert turns.context_for(Question("When was it signed?")) == "Who signed the deal? What about Japan?"


def test_an_answer_that_only_its_words_are_left_of_can_be_followed() -> None:
    """A follow-up leans on messages that a program or a thread gives back, but not on a greeting's reply."""
    asked = "When was the deal signed?"
    said = "It was signed in Tokyo. [1]\n\n[1] Who signed what — “It was signed in Tokyo.” (a.md)"
    turns = Conversation().add(asked, remembered(asked, said))
    assert turns.turns[0].answer.statements == (Statement("It was signed in Tokyo.", ()),)
    turns = turns.add("Thank you!", remembered("Thank you!", "You're welcome."))
    assert turns.context_for(Question("Who signed it?")) == asked
    refused = remembered("Who won?", "The documents don't say. Searched all 6 documents.")
    assert refused.abstained and not refused.statements


def test_he_is_whom_the_answer_names() -> None:
    """After "Who …?" a follow-up with "he" or "she" is searched with the persons that the answer names."""
    said = Answer(
        "Who runs it?", (Statement("It is run by the chief executive, Birger Haugland.", (1,)),), abstained=False
    )
    turns = Conversation().add("Who runs the port authority?", said)
    assert turns.context_for(Question("What did he say?")) == "Who runs the port authority? Birger Haugland"
    assert turns.context_for(Question("What does it cost?")) == "Who runs the port authority?"
    when = Conversation().add("When did Brown open it?", said)
    assert when.context_for(Question("What did he say?")) == "When did Brown open it?"


def test_why_asks_about_the_last_answer() -> None:
    """ "why?" searches for the reason of what was just said; with nothing before it, it asks back."""
    assert classify("why?", [DEAL]).query == f"Why? {DEAL.statements[0]}"
    assert classify("And why is that?", [Exchange("Who signed it?")]).query == "Why? Who signed it?"
    assert classify("warum?").reply.startswith("Warum was?")
    assert classify("Et pourquoi ça ?").reply.startswith("Pourquoi quoi")
    assert classify("¿Y por qué?").reply.startswith("¿Por qué qué")


@pytest.mark.parametrize(
    ("message", "turn", "item"),
    [
        ("and the second one?", DEAL, "quantum"),
        ("What about the last one?", DEAL, "fusion"),
        ("the first", SIGNERS, "Kimi Onoda signed for Japan"),
        ("tell me more about the second one", SIGNERS, "Michael Kratsios signed for the United States"),
        ("二つ目は？", DEAL, "quantum"),
        ("et le deuxième ?", DEAL, "quantum"),
        ("La première", SIGNERS, "Kimi Onoda signed for Japan"),
        ("¿y el segundo?", DEAL, "quantum"),
        ("Háblame del último", DEAL, "fusion"),
    ],
)
def test_the_second_one_is_found_in_the_last_answer(message: str, turn: Exchange, item: str) -> None:
    """An ordinal picks a sentence of the last answer, or a part of its only list."""
    assert classify(message, [turn]).query == f"{turn.question.rstrip('?')}: {item}"


def test_an_ordinal_beyond_the_answer_is_searched_as_it_stands() -> None:
    """ "the fifth one" of three things is not made up."""
    query = classify("and the fifth one?", [DEAL]).query
    assert "fifth" in query
    assert query.startswith("What are the fields of the deal")


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("in Japanese, please", "Japanese"),
        ("日本語で", "Japanese"),
        ("Can you translate that into French?", "French"),
        ("auf Deutsch bitte", "German"),
        ("and now in Spanish", "Spanish"),
        ("en japonés, por favor", "Japanese"),
        ("Réponds en allemand", "German"),
        ("Traduce eso al francés", "French"),
    ],
)
def test_a_wish_for_a_language_asks_the_last_question_again(message: str, language: str) -> None:
    """With a chat model the last question is answered in the language; without one that is said."""
    writes = classify(message, [DEAL], writes=True)
    assert (writes.kind, writes.query, writes.language, writes.reply) == (
        "language",
        DEAL.question,
        language,
        "",
    )
    quotes = classify(message, [DEAL])
    assert quotes.language == language
    assert "--model" in quotes.reply


@pytest.mark.parametrize(
    ("message", "begins"),
    [("auf Japanisch", "Ich zitiere"), ("en français", "Je cite"), ("en inglés", "Cito"), ("日本語で", "文書を")],
)
def test_that_nothing_is_translated_is_said_in_the_language_of_the_wish(message: str, begins: str) -> None:
    """Which it is tells the name of the language that is wished for."""
    assert classify(message, [DEAL]).reply.startswith(begins)


@pytest.mark.parametrize(
    ("message", "question", "language"),
    [
        ("What is the price, in Japanese please?", "What is the price", "Japanese"),
        ("価格を日本語で教えてください", "価格", "Japanese"),
        ("Is the contract written in English?", "Is the contract written in English?", ""),
        ("How do you say hello in Japanese?", "How do you say hello in Japanese?", ""),
    ],
)
def test_a_language_inside_a_question(message: str, question: str, language: str) -> None:
    """A wish at the end of a question is taken off it; a question about a language is left alone."""
    intent = classify(message, [], writes=True)
    assert (intent.question, intent.language) == (question, language)


def test_a_good_rewrite_is_used() -> None:
    """A rewrite made of the conversation's own words is what is searched for."""
    model = Rewriter("Rewritten question: Who signed the deal that covers AI, quantum and fusion?\nBecause")
    got = condense(Question("Who signed it?"), [DEAL], model=model)
    assert got.query == "Who signed the deal that covers AI, quantum and fusion?"
    assert got.rewritten
    assert "Person: What are the fields of the deal?" in model.prompts[0][1][1]


@pytest.mark.parametrize(
    ("rewrite", "reason"),
    [
        ("Who signed the deal with South Korea?", "adds South, Korea"),
        ("Who signed the 2025 deal?", "adds 2025"),
        ("Who signed the deal for NASA?", "adds NASA"),
        ("The deal was signed by the president.", "answers"),
        ("Yes, it was.", "answers"),
        ("", "empty"),
        ("What is the weather like in the mountains today?", "too many words"),
        ("What are the fields of the deal?", "drops what was asked"),
    ],
)
def test_a_rewrite_that_adds_or_answers_is_refused(rewrite: str, reason: str) -> None:
    """Names, numbers and facts of the model's own, and answers, never reach the search."""
    got = condense(Question("Who signed it?"), [DEAL], model=Rewriter(rewrite))
    assert got.query == "Who signed it?"
    assert not got.rewritten
    assert reason in got.reason


def test_what_follows_the_question_in_a_rewrite_is_dropped() -> None:
    """A rewrite that goes on to answer is cut at its question mark."""
    got = condense(Question("Who signed it?"), [DEAL], model=Rewriter("Who signed the deal? It was the president."))
    assert got.query == "Who signed the deal?"


def test_a_model_that_fails_leaves_the_persons_words() -> None:
    """When the model cannot be reached the question is searched as it was written."""
    got = condense(Question("Who signed it?"), [DEAL], model=Rewriter(ModelError("Nothing answers.")))
    assert (got.query, got.rewritten, got.reason) == ("Who signed it?", False, "Nothing answers.")


def test_a_first_question_is_not_rewritten() -> None:
    """Without earlier turns the model is not asked at all."""
    model = Rewriter("Something else?")
    assert condense(Question("Who signed it?"), [], model=model).query == "Who signed it?"
    assert model.prompts == []


def test_a_rewrite_in_japanese() -> None:
    """Names are looked for in Japanese too."""
    turns = [Exchange("日米の合意は何ですか", "技術繁栄ディールです。")]
    assert why_not("日米の合意は誰が署名しましたか？", Question("誰が署名しましたか"), turns) == ""
    assert "adds" in why_not("アメリカンエクスプレスは誰が署名しましたか？", Question("誰が署名しましたか"), turns)


def test_a_rewrite_that_states_is_refused_and_a_label_is_taken_off() -> None:
    """What a small model writes: the question turned into a statement, or the label of the prompt repeated."""
    turns = [Exchange("Is it free to open an account?", "Yes, it is free to open one.")]
    assert "answers" in why_not(
        "You said it is free to open one.", Question("what? you said it is free to open one!"), turns
    )
    found = condense(Question("Is it free?"), turns, model=Rewriter("Person: Is it free to open an account?"))
    assert found.query == "Is it free to open an account?"


@pytest.mark.parametrize(
    "question",
    [
        *("Who signed it?", "And for Japan?", "For the United States?", "In which city?", "Where?", "By whom?"),
        *("How much?", "Which year?", "How many companies?", "Who paid?", "What about fusion?", "Who was there?"),
    ],
)
def test_a_pronoun_or_an_ellipsis_refers_back(question: str) -> None:
    """What means something only after another question is searched with it at once."""
    assert Question(question).refers_back and Question(question).may_refer_back


@pytest.mark.parametrize(
    "question",
    [
        *("What does TDS stand for?", "When was the deal signed?", "Who is Kimi Onoda?", "What is fusion?"),
        *("Is LNG clean?", "What is the amount?", "From when is the lease valid?", "Is there a fee?"),
    ],
)
def test_a_short_question_may_refer_back_but_does_not_say_so(question: str) -> None:
    """It is asked alone first."""
    assert Question(question).may_refer_back and not Question(question).refers_back


def test_what_stands_alone_has_no_context() -> None:
    """A question of three words of its own follows on nothing."""
    turns = Conversation().add("Who signed the deal?", Answer("Who signed the deal?", abstained=True))
    assert turns.context_for(Question("How is the harbour of Skarvik dredged?")) == ""
