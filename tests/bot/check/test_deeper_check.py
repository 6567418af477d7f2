"""The deeper check: FOOTNOTE_NLI names a cross-encoder, and what it says decides. Tiny models, made here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from scripted_model import ScriptedModel

from bot import Bot, Settings
from bot.check.statement import check
from bot.errors import ModelError
from bot.models.entailment import Entailment
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Passage

TEXT = "The old mill on the Ouse was built by Thomas Brown in 1780. It ground corn for the valley until 1903."
TRUE = "The old mill on the Ouse was built by Thomas Brown in 1780."
WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "old", "mill", "was", "built", "by", "in", ".")


def cross_encoder(folder: Path, *, says: str, labels: tuple[str, ...] = ("contradiction", "entailment")) -> Path:
    """Make a cross-encoder with random weights whose last layer always chooses one label, and return its folder."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizerFast

    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(WORDS), encoding="utf-8")
    BertTokenizerFast(vocab=str(folder / "vocab.txt")).save_pretrained(folder)
    config = BertConfig(
        vocab_size=len(WORDS),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        num_labels=len(labels),
        id2label=dict(enumerate(labels)),
        label2id={label: index for index, label in enumerate(labels)},
    )
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([5.0 if label == says else -5.0 for label in labels]))
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a model that always says yes, one that always says no, and one of another trade."""
    place = tmp_path_factory.mktemp("nli")
    return {
        "yes": cross_encoder(place / "yes", says="entailment"),
        "no": cross_encoder(place / "no", says="contradiction"),
        "sentiment": cross_encoder(place / "sentiment", says="good", labels=("good", "bad")),
    }


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """Return a library of one short document."""
    with Library.open(tmp_path_factory.mktemp("mill") / "library", create=True) as opened:
        document = Document("mill".ljust(16, "0"), "/mill.txt", "Mill", "text/plain", TEXT, "mill")
        opened.add([(document, split(TEXT, count_tokens=opened.encoder.count_tokens))])
        yield opened


def test_the_model_decides_about_statements_that_pass(folders: dict[str, Path]) -> None:
    """What the words support passes with one model and falls with the other; what they do not is never asked."""
    passages = [Passage("d", "Mill", "/mill.txt", 0, len(TEXT), TEXT, 1.0, 1)]
    yes, no = Entailment(str(folders["yes"])), Entailment(str(folders["no"]))
    assert yes.entails(TEXT, TRUE) > 0.99 > 0.01 > no.entails(TEXT, TRUE)
    assert check(TRUE, passages, nli=yes).verdict == "supported"
    assert check(TRUE, passages, nli=no).verdict == "unsupported"
    assert check("The old mill on the Ouse was built in 1790.", passages, nli=yes).verdict == "unsupported"


@pytest.mark.parametrize(("name", "support"), [("yes", "supported"), ("no", "quoted")])
def test_the_setting_drives_the_check(
    name: str, support: str, folders: dict[str, Path], library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FOOTNOTE_NLI alone decides whether the chat model's sentence is shown or quotes stand in."""
    monkeypatch.setenv("FOOTNOTE_NLI", str(folders[name]))
    bot = Bot(library, settings=Settings.load(), model=ScriptedModel(f"{TRUE} [1]"))
    answer = bot.ask("Who built the old mill on the Ouse, and when?")
    assert answer.statements[0].support == support
    assert len(answer.withheld) == (name == "no")


def test_a_missing_model_is_said_and_quotes_stand_in(library: Library) -> None:
    """Nothing is fetched: the answer is quotes, and says which model is missing and what to do."""
    settings = Settings(nli="nobody/no-such-model")
    answer = Bot(library, settings=settings, model=ScriptedModel(f"{TRUE} [1]")).ask("Who built the old mill?")
    assert [statement.support for statement in answer.statements] == ["quoted"] * len(answer.statements)
    assert answer.statements
    assert "The entailment model nobody/no-such-model cannot be loaded" in answer.notice
    assert "FOOTNOTE_NLI" in answer.notice


def test_a_folder_without_a_model_and_a_model_of_another_trade_are_refused(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    """Each has a sentence of its own, with a remedy."""
    with pytest.raises(ModelError, match=r"The entailment folder .* cannot be loaded") as found:
        Entailment(str(tmp_path))
    assert "FOOTNOTE_NLI" in found.value.remedy
    with pytest.raises(ModelError, match=r"no label called entailment \(good, bad\)"):
        Entailment(str(folders["sentiment"]))
