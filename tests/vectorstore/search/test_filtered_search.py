"""A search within a filter tells nothing of what the filter leaves out: it equals that of a library without it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pytest
from hash_encoder import HashEncoder, make

from vectorstore.library import Library
from vectorstore.passage import Filter

PUBLIC = Filter(collections=("public",))
NAMES = "Kestrel Heron Osprey Merlin Plover Curlew Dunlin Godwit Avocet Bittern".split()


class SplittingEncoder(HashEncoder):
    """Knows no word whole, so that any may be spelled anew."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return 2 for each text."""
        return [2] * len(texts)


def documents() -> Iterator[tuple[str, str, str]]:
    """Yield (name, text, collection) of a hundred files, the private ones between the public ones.

    Private files share words and names with public ones, and have words, names and near spellings of their own.
    """
    for number in range(100):
        chance = np.random.default_rng(number)
        private = number % 5 in (1, 2, 4)
        own = "secret" if private else "open"
        words = [f"word{n}" for n in range(150)] + [f"{own}word{n}" for n in range(150)] + ["harbour", "tramway"]
        words += ["nightingale", "harbor"] if private else ["nightingales", "harbours"]
        name = f"{NAMES[number % len(NAMES)]} {'Zephyr' if private else 'Beacon'} {number // 10}"
        sentences = [f"{name} {' '.join(chance.choice(words, 7))}." for _ in range(14)]
        yield f"{name}.txt", " ".join(sentences), "private" if private else "public"


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, Library]]:
    """One library with public and private files, and one that never held the private ones."""
    folder = tmp_path_factory.mktemp("filtered")
    everything = [make(name, text, collection=where) for name, text, where in documents()]
    opened = []
    for name, batch in (
        ("all", everything),
        ("public", [both for both in everything if both[0].collection == "public"]),
    ):
        opened.append(Library.open(folder / name, create=True, encoder=SplittingEncoder()))
        opened[-1].add(batch)
    yield opened[0], opened[1]
    for library in opened:
        library.close(update_index=False)


def queries() -> list[tuple[str, str]]:
    """Return queries, some with what they follow on: of words of both, of one, of none, misspelled, of names."""
    chance = np.random.default_rng(5)
    kinds = ["word", "openword", "secretword"]
    found = [
        (" ".join(f"{chance.choice(kinds)}{chance.integers(150)}" for _ in range(chance.integers(1, 7))), "")
        for _ in range(60)
    ]
    names = ["Kestrel Zephyr", "Zephyr", "Heron Beacon 3", "What of Osprey Beacon?", "Merlin", "beacon zephyr"]
    spelled = ["nightingal", "Nightingalle", "harbuor", "tramwy", "secretwrd3", "harbor", "the harbour of nightingale"]
    foreign = ["Wo ist der Hafen von Kestrel word3", "港はどこですか", "café word7"]
    found += [(f"{name} word{n}", "") for n, name in enumerate((*names, *spelled, *foreign))]
    return found + [(f"and word{n}?", f"secretword{n} Zephyr word{n + 1}") for n in range(6)]


@pytest.mark.parametrize("limit", [1, 10, 60])
def test_a_filtered_search_is_that_of_a_library_without_the_rest(
    libraries: tuple[Library, Library], limit: int
) -> None:
    """Passages, scores, weights, what is unknown, rivals, counts and spelling: equal to the last digit."""
    for query, context in queries():
        found = [library.search(query, context=context, limit=limit, filter=PUBLIC) for library in libraries]
        assert found[0] == found[1], query
        spelled = [library.respelled(result, PUBLIC) for library, result in zip(libraries, found, strict=True)]
        assert spelled[0] == spelled[1], query
    assert libraries[0].count_documents(PUBLIC) == libraries[1].count_documents() > 0


def test_the_private_files_are_there_for_who_may_see_them(libraries: tuple[Library, Library]) -> None:
    """Without a filter the two differ, so that the other tests compare something."""
    found = [library.search("secretword7 Zephyr", limit=5) for library in libraries]
    assert found[0].passages[0].collection == "private" and not found[0].unknown and found[1].unknown
    result = libraries[0].search("nightingal", filter=PUBLIC)
    assert libraries[0].respelled(result, PUBLIC) == {"nightingal": "nightingales"}
