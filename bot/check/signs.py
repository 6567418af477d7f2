"""Signs that a statement says something else than its source, though its parts stand there."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from bot.check.contraries import contradicted
from bot.check.sentences import Facts, Sentence, terms
from bot.check.units import Cells, Unit
from bot.text import facts


@dataclass
class Alignment:
    """What `align` found out.

    Attributes:
        units: The units of the statement.
        weights: Weight of each.
        best: Indexes of the sentences that support best together, the best first.
        held: For each unit how well the sentences in `best` hold it, 0 to 1.
        anywhere: For each unit how well any sentence holds it.
        signs: The features, by name.
        missing: Units that no sentence in `best` holds.
        suspects: For each kind of fact the units whose place in the source another value has.
        negations: The negations of the statement.
        contradicted: (start, end) of its words whose contrary the source says, or that have changed places.
    """

    units: list[Unit]
    weights: list[float]
    best: list[int] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    anywhere: list[float] = field(default_factory=list)
    signs: dict[str, float] = field(default_factory=dict)
    missing: list[Unit] = field(default_factory=list)
    suspects: dict[str, list[int]] = field(default_factory=dict)
    negations: tuple[facts.Negation, ...] = ()
    contradicted: list[tuple[int, int]] = field(default_factory=list)


_CLAUSE = re.compile(
    r"[,;:—()]\s|\s(?:and|but|which|who|because|while|although|so that|where|after|before|since)\s|、|。"
)


def _clauses(statement: str, units: Sequence[Unit]) -> list[list[int]]:
    """Return the units of each clause of at least three units; a shorter one joins the one before."""
    cuts = [m.start() + 1 for m in _CLAUSE.finditer(statement)]
    groups: list[list[int]] = [[]]
    for i, unit in enumerate(units):
        while cuts and unit.start >= cuts[0]:
            cuts.pop(0)
            if len(groups[-1]) >= 3:
                groups.append([])
        groups[-1].append(i)
    if len(groups) > 1 and len(groups[-1]) < 2:
        last = groups.pop()
        groups[-1] += last
    return groups


def _share(indexes: Sequence[int], held: Sequence[float], weights: Sequence[float]) -> float:
    total = sum(weights[i] for i in indexes)
    return sum(held[i] * weights[i] for i in indexes) / total if total else 1.0


def _signs(statement: str, found: Facts, a: Alignment, sentences: Sequence[Sentence], cells: Cells) -> dict[str, float]:
    everything = range(len(a.units))
    first = [d for d, _ in cells[a.best[0]]] if a.best else [0.0] * len(a.units)
    signs = {
        "covered_first": _share(everything, first, a.weights),
        "covered": _share(everything, a.held, a.weights),
        "covered_anywhere": _share(everything, a.anywhere, a.weights),
        "words_anywhere": _share([i for i in everything if a.units[i].kind == "word"], a.anywhere, a.weights),
        "worst_clause": min((_share(g, a.held, a.weights) for g in _clauses(statement, a.units)), default=1.0),
        "worst_clause_anywhere": min(
            (_share(g, a.anywhere, a.weights) for g in _clauses(statement, a.units)), default=1.0
        ),
        "longest_gap": _longest_gap(a) / max(4, len(a.units)),
        "gap_words": min(8, _longest_gap(a)) / 8,
        "word_nowhere": max(
            (w for u, w, h in zip(a.units, a.weights, a.anywhere, strict=True) if u.kind == "word" and h < 0.3),
            default=0.0,
        )
        / (sum(a.weights) or 1.0),
        "words_missing": sum(1 for u in a.missing if u.kind == "word") / 6,
        "sentences": (len(a.best) - 1) / 2,
        "length": min(1.0, len(a.units) / 30),
        "short": 1.0 if len(a.units) < 6 else 0.0,
    }
    for kind in ("number", "date", "name"):
        hard = [i for i in everything if a.units[i].kind == kind and not a.units[i].soft]
        signs[f"{kind}_missing"] = float(any(a.held[i] < 0.55 for i in hard))
        signs[f"{kind}_nowhere"] = float(any(a.anywhere[i] < 0.55 for i in hard))
        signs[f"{kind}_least"] = min((a.held[i] for i in hard), default=1.0)
    soft = [i for i in everything if a.units[i].kind == "name" and a.units[i].soft]
    signs["soft_name_missing"] = float(any(a.held[i] < 0.4 for i in soft))
    signs["soft_name_nowhere"] = float(any(a.anywhere[i] < 0.4 for i in soft))
    signs["number_noun"] = _counted_otherwise(a, sentences, cells)
    signs |= _edits(statement, a, sentences, cells)
    signs |= _single_clause(statement, a, cells, sentences)
    signs |= _pairing(a, sentences, cells)
    signs |= _polarity(found, a, sentences)
    support = [sentences[s] for s in a.best]
    if support and len(found.negations) == len(support[0].facts.negations):
        a.contradicted = [(t.start, t.end) for t in contradicted(terms(statement), statement, support)]
    signs["contradicted"] = float(bool(a.contradicted))
    signs["order"] = _order(a, cells)
    signs["quotation_missing"] = float(
        any(not any(q.words in s.run for s in sentences) for q in found.quotations if len(q.words) > 3)
    )
    return signs


def _longest_gap(a: Alignment) -> int:
    longest = run = 0
    for held in a.held:
        run = run + 1 if held < 0.3 else 0
        longest = max(longest, run)
    return longest


def _single_clause(statement: str, a: Alignment, cells: Cells, sentences: Sequence[Sentence]) -> dict[str, float]:
    """Each clause against the one sentence that holds it best: words strewn over a passage support nothing."""
    worst = 1.0
    for group in _clauses(statement, a.units):
        best = 0.0
        for s, row in enumerate(cells):
            before = cells[s - 1] if s and sentences[s - 1].passage == sentences[s].passage else None
            total = share = 0.0
            for i in group:
                share += a.weights[i] * max(row[i][0], 0.5 * before[i][0] if before else 0.0)
                total += a.weights[i]
            best = max(best, share / total if total else 1.0)
        worst = min(worst, best)
    return {"worst_clause_single": worst}


_NEGATING = frozenset({"not", "never", "no", "without", "neither", "nor", "none", "nobodi", "noth"})


def _same_place(cell: tuple[float, list[int]], start: int, end: int) -> bool:
    """Tell whether a unit is held by a sentence between two offsets, a currency sign before them included."""
    return cell[0] >= 0.8 and any(start - 2 <= place < end for place in cell[1])


def _edits(statement: str, a: Alignment, sentences: Sequence[Sentence], cells: Cells) -> dict[str, float]:
    """Line the words of the statement up with those of its best sentences, and look at what was exchanged.

    Where the words on both sides are the same, another value between them contradicts the source.
    """
    mine = terms(statement)
    kinds = {}
    for i, unit in enumerate(a.units):
        if unit.kind != "word":
            for t, term in enumerate(mine):
                if unit.start <= term.start < unit.end:
                    kinds[t] = i
    exchanged: dict[int, float] = {}
    fine: set[int] = set()
    copied, inserted, deleted, other_word = 0.0, 0.0, 0.0, 0.0
    absent = {t for t, term in enumerate(mine) if any(u.kind == "word" and u.start == term.start for u in a.missing)}
    for s in a.best[:3]:
        theirs = sentences[s].order
        matcher = SequenceMatcher(None, [t.stem for t in mine], [t.stem for t in theirs], autojunk=False)
        codes = matcher.get_opcodes()
        same = sum(i2 - i1 for tag, i1, i2, _, _ in codes if tag == "equal")
        copied = max(copied, same / max(1, len(mine)))
        for n, (tag, i1, i2, j1, j2) in enumerate(codes):
            left = codes[n - 1][2] - codes[n - 1][1] if n else 0
            right = codes[n + 1][2] - codes[n + 1][1] if n + 1 < len(codes) else 0
            if tag == "equal":
                fine.update(kinds[t] for t in range(i1, i2) if t in kinds and i2 - i1 >= 2)
                continue
            firm = left + right >= (3 if left and right else 2 if i2 == len(mine) else 4)
            if not firm:
                continue
            here, there = {t.stem for t in mine[i1:i2]}, {t.stem for t in theirs[j1:j2]}
            if here & _NEGATING and not there & _NEGATING and i2 - i1 <= 4:
                inserted = 1.0
            if there & _NEGATING and not here & _NEGATING and j2 - j1 <= 4 and left and right:
                deleted = 1.0
            if tag == "replace" and i2 - i1 <= 6 and j2 - j1 <= 8 and any(t.content for t in theirs[j1:j2]):
                if any(t in absent for t in range(i1, i2)) and i2 - i1 <= 4:
                    other_word = max(other_word, min(1.0, (left + right) / 8))
                for t in range(i1, i2):
                    if t in kinds and _same_place(cells[s][kinds[t]], theirs[j1].start, theirs[j2 - 1].end):
                        fine.add(kinds[t])  # the same value in other words: "two" for "2"
                    elif t in kinds:
                        exchanged[kinds[t]] = max(exchanged.get(kinds[t], 0.0), min(1.0, (left + right) / 8))
    by_kind = {"number": 0.0, "date": 0.0, "name": 0.0}
    for i, strength in exchanged.items():
        if i not in fine and not (a.units[i].soft and a.units[i].kind == "number"):
            by_kind[a.units[i].kind] = max(by_kind[a.units[i].kind], strength)
    return {f"{k}_exchanged": v for k, v in by_kind.items()} | {
        "word_exchanged": other_word,
        "copied": copied,
        "negation_inserted": inserted,
        "negation_deleted": deleted,
    }


def _neighbours(index: int, a: Alignment, reach: int = 5) -> list[tuple[int, float]]:
    """Return the units around a fact with their weight, nearer ones heavier."""
    near = []
    for other in range(max(0, index - reach), min(len(a.units), index + reach + 1)):
        if other != index:
            near.append((other, a.weights[other] / (1 + 0.4 * abs(other - index))))
    return near


def _pairing(a: Alignment, sentences: Sequence[Sentence], cells: Cells) -> dict[str, float]:
    """For each fact: do its neighbours stand in a sentence that holds it, and is its slot taken by another value?"""
    least = {"number": 1.0, "date": 1.0, "name": 1.0}
    apart = {"number": 0.0, "date": 0.0, "name": 0.0}
    slot = {"number": 0.0, "date": 0.0, "name": 0.0}
    for i, unit in enumerate(a.units):
        if unit.kind == "word" or (unit.soft and unit.kind != "name"):
            continue
        near = _neighbours(i, a)
        total = sum(w for _, w in near) or 1.0
        scores, elsewhere = [], 0.0
        for s, row in enumerate(cells):
            if row[i][0] < 0.55:
                elsewhere = max(elsewhere, sum(w * row[o][0] for o, w in near) / total)
                continue
            before = cells[s - 1] if s and sentences[s - 1].passage == sentences[s].passage else None
            after = cells[s + 1] if s + 1 < len(cells) and sentences[s + 1].passage == sentences[s].passage else None
            score = 0.0
            for other, weight in near:
                degree = max(
                    row[other][0], 0.6 * before[other][0] if before else 0.0, 0.5 * after[other][0] if after else 0.0
                )
                score += weight * degree
            scores.append(score / total)
        if scores and near:
            least[unit.kind] = min(least[unit.kind], max(scores))
        if near:
            apart[unit.kind] = max(apart[unit.kind], elsewhere - max(scores, default=0.0))
        taken = _slot_taken(i, a, sentences, cells)
        slot[unit.kind] = max(slot[unit.kind], taken)
        if taken > 0.15 or elsewhere > max(scores, default=0.0) + 0.1:
            a.suspects.setdefault(unit.kind, []).append(i)
    kinds = (("beside", least), ("apart", apart), ("slot", slot))
    return {f"{kind}_{sign}": value for sign, group in kinds for kind, value in group.items()}


def _slot_taken(index: int, a: Alignment, sentences: Sequence[Sentence], cells: Cells) -> float:
    """Return how strongly a sentence has another value where the statement has this one, 0 to 1.

    The neighbours of the fact that the sentence holds mark the slot; the value of the same kind that stands
    nearest to them is the source's. 0 where that is the claimed one, or nothing marks the slot.
    """
    unit, near = a.units[index], _neighbours(index, a, 3)
    total = sum(weight for _, weight in near) or 1.0

    def nearness(place: int, row: list[tuple[float, list[int]]]) -> float:
        marks = ((row[o][1], w * row[o][0]) for o, w in near if row[o][0] >= 0.6 and row[o][1])
        return sum(w / (1 + min(abs(place - p) for p in places) / 15) for places, w in marks) / total

    own = max((nearness(p, row) for row in cells if row[index][0] >= 0.55 for p in row[index][1]), default=0.0)
    rival = 0.0
    for s in a.best[:2]:
        row = cells[s]
        claimed = [p for o, u in enumerate(a.units) if u.kind == unit.kind for p in row[o][1]]
        for fact in _rivals(unit, sentences[s]):
            if not any(abs(fact.start - p) < 3 for p in claimed):
                rival = max(rival, nearness(fact.start, row))
    return max(0.0, min(1.0, 1.5 * (rival - own)))


def _counted_otherwise(a: Alignment, sentences: Sequence[Sentence], cells: Cells) -> float:
    """Return 1.0 where the word that a number counts stands beside the number nowhere, but beside other numbers."""
    for i, unit in enumerate(a.units[:-1]):
        counted = i + 1
        if (
            unit.kind != "number"
            or unit.soft
            or a.units[counted].kind != "word"
            or a.units[counted].start - unit.end > 3
        ):
            continue
        right = wrong = False
        for row, sentence in zip(cells, sentences, strict=True):
            nouns = row[counted][1] if row[counted][0] > 0.7 else []
            for noun in nouns:
                own = row[i][0] >= 0.55 and any(-12 < noun - p < 40 for p in row[i][1])
                right |= own
                wrong |= not own and any(-4 < noun - n.end < 16 for n in sentence.facts.numbers if not n.soft)
        if wrong and not right:
            return 1.0
    return 0.0


def _rivals(unit: Unit, sentence: Sentence) -> Sequence[facts.Number | facts.Date | facts.Name]:
    if unit.kind == "number":
        return [n for n in sentence.facts.numbers if not n.soft]
    if unit.kind == "date":
        return list(sentence.facts.dates)
    return [n for n in sentence.facts.names if not n.soft]


def _order(a: Alignment, cells: Cells) -> float:
    """Return the share of neighbouring names whose order the best sentence reverses."""
    if not a.best:
        return 0.0
    row = cells[a.best[0]]
    placed = [
        (i, row[i][1][0])
        for i, u in enumerate(a.units)
        if u.kind == "name" and row[i][0] >= 0.8 and len(row[i][1]) == 1
    ]
    pairs = list(itertools.pairwise(placed))
    flipped = sum(1 for (_, p), (_, q) in pairs if q < p)
    return flipped / len(pairs) if pairs else 0.0


def _surrounded(negation: facts.Negation, sentence: Sentence, mine: set[str]) -> bool:
    """Tell whether the words on both sides of a source's negation are all in the statement."""
    before = [t.stem for t in terms(sentence.text[max(0, negation.start - 60) : negation.start]) if t.content][-2:]
    return all(stem in mine for stem in before[-1:]) and all(stem in mine for stem in negation.scope[:2])


def _polarity(found: Facts, a: Alignment, sentences: Sequence[Sentence]) -> dict[str, float]:
    """Compare the negations of the statement with those of the sentences that support it."""
    support = [sentences[s] for s in a.best]
    mine = {stem for unit in a.units for stem in unit.stems}
    negated = [set(n.scope[:3]) for n in found.negations]
    theirs = [(set(n.scope), set(n.scope[:2])) for s in support for n in s.facts.negations]
    first = [(set(n.scope), set(n.scope[:2])) for s in support[:1] for n in s.facts.negations]
    added = [scope for scope in negated if not any(scope & wide or not scope for wide, _ in theirs)]
    heads = [(n, s) for s in support[:1] for n in s.facts.negations if n.scope and n.scope[0] in mine]
    dropped = [n for n, s in heads if not any(n.scope[0] in scope for scope in negated) and _surrounded(n, s, mine)]
    return {
        "negation_added": float(bool(added)), "negation_without": float(bool(negated) and not theirs),
        "negation_dropped": float(bool(dropped) and not negated), "negation_fewer": float(len(first) > len(negated)),
    }  # fmt: skip
