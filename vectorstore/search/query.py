"""What a query says: its words with where they stand, its vector, and the names that tell which document is meant."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vectorstore.catalog.layout import Ids, Vectors, members
from vectorstore.embedding.model_files import DEFAULT, MINILM
from vectorstore.passage import Filter
from vectorstore.words.tokens import WIDENED, is_foreign, mostly_latin, name_terms, query_terms, tokens

if TYPE_CHECKING:
    from vectorstore.catalog.lookup import Lookup
    from vectorstore.embedding.encoder import Encoder
    from vectorstore.search.view import View

UNNAMED_WORDS = 3
"""Words that must be left of a query for its vector to be made without the names that tell its document: in a report of
Apple's no sentence is a better answer for saying "Apple"."""
ABOUT_FEW = 0.5
"""Share of the documents up to which being about a name sets some apart from others."""
LOOKED_THROUGH = 10_000
"""Chunks of the documents asked about that are looked through by themselves, at most."""
CONTEXT_COSINE = 0.4
"""Weight of the vector of what a query follows on, beside 1 for the query's own."""
CONTEXT_WEIGHT = 0.4
"""Weight of its words, beside 1 for the query's own."""
ENGLISH = frozenset({DEFAULT, MINILM})
"""Models that know English alone."""
_WORD = re.compile(r"\S+")


@dataclass(slots=True, eq=False)
class Term:
    """A content word of the query with where it stands.

    Attributes:
        text: As it is indexed.
        rarity: How rare it is among the chunks searched: near 0 in all of them, 1 in none.
        weight: Its share of the query's weight.
        postings: Chunks that hold it, of those searched, ascending.
        titles: Row numbers of the documents with it in their title or among the names they are about, ascending.
    """

    text: str
    rarity: float
    weight: float
    postings: Ids
    titles: Ids


def is_readable(encoder: Encoder, query: str) -> bool:
    """Tell whether the encoder knows the language of a query, as far as one sees: the default knows English."""
    return encoder.name not in ENGLISH or (mostly_latin(query) and not is_foreign(query))


def read_terms(catalog: Lookup, query: str, context: str, allowed: Ids | None, searched: int) -> list[Term]:
    """Return the words of the query with their shares of its weight, seen from the documents searched."""
    own = query_terms(query)
    behind = [text for text in query_terms(context) if text not in own] if context else []
    widened = is_foreign(query)
    terms = []
    for text in [*own, *behind]:
        sought = f"{text[:WIDENED]}*" if widened and len(text) >= WIDENED and text.isalpha() else text
        postings = catalog.postings(sought)
        if allowed is not None and len(postings):
            postings = postings[members(postings, allowed)]
        rarity = max(0.001, math.log((searched + 1) / (len(postings) + 0.5)) / math.log(2 * searched + 2))
        factor = 1.0 if text in own else CONTEXT_WEIGHT
        terms.append(Term(text, rarity, factor * rarity, postings, catalog.title_postings(sought)))
    whole = sum(term.weight for term in terms)
    for term in terms:
        term.weight /= whole
    return terms


def telling_names(catalog: Lookup, terms: list[Term], query: str, filter: Filter, allowed: Ids | None) -> list[Term]:
    """Return the names of the query that set some of the documents searched apart.

    The titles of documents that a filter leaves out tell nothing; they are taken out of `terms`.
    """
    if allowed is not None:
        for term in terms:
            term.titles = catalog.documents_among(term.titles, allowed)
    names = name_terms(query)
    telling = [term for term in terms if term.text in names and len(term.titles)]
    most = ABOUT_FEW * catalog.count_documents(filter) if telling else 0
    return [term for term in telling if len(term.titles) <= most]


def chunks_asked_about(catalog: Lookup, telling: list[Term]) -> list[Ids]:
    """Return the chunks of the documents that are about most of the names, if they are few enough to look through.

    In a folder of a hundred reports alike, the one asked about has no chunk among the nearest of all.
    """
    if not telling:
        return []
    documents, back = np.unique(np.concatenate([term.titles for term in telling]), return_inverse=True)
    weights = np.concatenate([np.full(len(term.titles), term.rarity) for term in telling])
    about = np.bincount(back, weights=weights)
    chunks = catalog.chunks_of(documents[about >= about.max() - 1e-9])
    return [chunks] if len(chunks) <= LOOKED_THROUGH else []


def query_vector(view: View, query: str, context: str, telling: list[Term]) -> Vectors:
    """Return the vector to search with, L2-normalised, shape (dimension,)."""
    names = {term.text for term in telling}
    words = list(_WORD.finditer(query))
    named = [word.span() for word in words if not names.isdisjoint(tokens(word.group()))] if names else []
    enough = len(words) - len(named) >= UNNAMED_WORDS
    vector = view.encoder.encode_query(query, without=named if enough else ())
    if context:
        vector = vector + CONTEXT_COSINE * view.encoder.encode_query(context)
    found: Vectors = vector / (np.linalg.norm(vector) or 1.0)
    return found
