"""Questions that the bundled English model cannot read: answered from words alone, refused too, and said."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import Bot, Settings
from bot.finder import WORDS_ALONE
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library

CASTLE = "松山城は1603年に加藤嘉明によって築かれた。天守は1854年に再建された。城山の標高は132メートルである。"
BRIDGE = "瀬戸大橋は1988年に開通した。全長は約13キロメートルで、鉄道と道路が通っている。建設費は1兆円を超えた。"
FERRY = "The ferry across the Ouse runs from April to October. A crossing takes ten minutes and costs two pounds."


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    with Library.open(tmp_path_factory.mktemp("japan") / "library", create=True) as library:
        documents = [
            Document(name.ljust(16, "0"), f"/{name}.txt", name, "text/plain", text, name)
            for name, text in (("castle", CASTLE), ("bridge", BRIDGE), ("ferry", FERRY))
        ]
        library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])
        yield Bot(library, settings=Settings())


def test_a_question_in_japanese_is_answered_with_a_verbatim_quote(bot: Bot) -> None:
    """Keyword search alone finds the sentence, and the answer says that words alone were searched."""
    answer = bot.ask("松山城は誰によって築かれましたか?")
    assert not answer.abstained
    assert answer.citations[0].quote == "松山城は1603年に加藤嘉明によって築かれた。"
    assert answer.notice == WORDS_ALONE
    assert WORDS_ALONE in answer.text
    assert answer.as_dict()["notice"] == WORDS_ALONE


def test_what_no_document_says_is_refused_in_japanese(bot: Bot) -> None:
    """A question about something else gets no answer, whatever noise the vectors hold, and the reason is told."""
    answer = bot.ask("富士山の噴火はいつ起きましたか?")
    assert answer.abstained and not answer.statements
    assert WORDS_ALONE in answer.text


def test_an_answer_to_an_english_question_says_nothing_of_it(bot: Bot) -> None:
    """English questions are searched as ever, without a notice."""
    assert bot.ask("How long does a crossing take?").notice == ""


def test_a_document_is_asked_about_by_its_name_in_the_languages_of_the_page() -> None:
    """What the page offers over a large library names one document, whatever stands around the name."""
    from bot.question.overview_request import overview_request

    asked = (
        *(
            "What is “Travel policy” about?",
            "Worum geht es in „Travel policy“?",
            "De quoi parle «\u00a0Travel policy\u00a0»\u00a0?",
        ),
        *("「Travel policy」は何について書かれていますか？", "Fasse Travel policy zusammen.", "Résume Travel policy"),
    )
    for question in asked:
        request = overview_request(question)
        assert request is not None and "travel policy" in request.names and not request.of_all, question
