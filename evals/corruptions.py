"""Ways to make a true statement false by one change, and ways to rewrite it that leave it true.

Each takes `Material` and returns the new statement, or "" where the statement offers nothing to change.
Replacements are taken from the same passages where possible: the hardest and most usual error is a right
value in the wrong place.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.text import facts
from bot.text.number_words import UNDER_TWENTY
from vectorstore.words.calendar_words import month_names
from vectorstore.words.tokens import STOP_WORDS

_MONTHS = [name.capitalize() for name in month_names("en")]
_WORDS = [word for word, value in UNDER_TWENTY.items() if value <= 12]


@dataclass(frozen=True, slots=True)
class Material:
    """A true statement with what a corruption may draw on.

    Attributes:
        statement: The true statement.
        passages: The texts that it is held against.
        strangers: True statements about other documents of the same half.
        sentences: Sentences of the passages.
        chance: The source of chance, fixed for this statement.
    """

    statement: str
    passages: Sequence[str]
    strangers: Sequence[str]
    sentences: Sequence[str]
    chance: random.Random


def _put(text: str, start: int, end: int, new: str) -> str:
    return text[:start] + new + text[end:]


def _shape(old: str, value: float) -> str:
    """Write `value` the way `old` writes its number."""
    match = re.search(r"\d[\d,.]*\d|\d", old)
    if not match:
        return _WORDS[int(value)] if value == int(value) and 0 <= value < len(_WORDS) else f"{value:,.0f}"
    run = match.group()
    decimals = len(run.split(".")[1]) if "." in run else 0
    return (
        old[: match.start()]
        + (f"{value:,.{decimals}f}" if "," in run else f"{value:.{decimals}f}")
        + old[match.end() :]
    )


def number(material: Material) -> str:
    """Change one number to another of the same order, or to another number of the passages."""
    found = [n for n in facts.numbers(material.statement) if not n.soft and n.unit != "clock"]
    if not found:
        return ""
    target = material.chance.choice(found)
    others = [n for t in material.passages for n in facts.numbers(t) if not n.soft and n.unit == target.unit and n.ordinal == target.ordinal
              and not any(facts.same_number(n, f) for f in found)]  # fmt: skip
    if others and material.chance.random() < 0.5:
        return _put(material.statement, target.start, target.end, material.chance.choice(others).text)
    match = re.search(r"\d+(?:[.,]\d+)*", target.text)
    if match:
        digits = float(
            match.group().replace(",", "") if re.search(r",\d{3}", match.group()) else match.group().replace(",", ".")
        )
    elif target.text.lower() in _WORDS and not target.ordinal:
        digits = target.value
    else:
        return ""
    factor = material.chance.choice((0.5, 0.7, 0.9, 1.1, 1.3, 1.5, 2, 3, 10))
    value = digits * factor
    if value == int(digits) or (abs(value - digits) < 1 and "." not in target.text) or not match:
        value = digits + material.chance.choice((1, 2, 3))
    new = _shape(target.text, value if "." in target.text else round(value))
    if target.ordinal:
        new = re.sub(
            r"(?:st|nd|rd|th)$",
            {1: "st", 2: "nd", 3: "rd"}.get(int(value) % 10 if int(value) % 100 not in (11, 12, 13) else 0, "th"),
            new,
        )
    return _put(material.statement, target.start, target.end, new) if new != target.text else ""


def date(material: Material) -> str:
    """Change the year, the month or the day of one date, or take another date of the passages."""
    found = [d for d in facts.dates(material.statement) if d.weekday is None]
    if not found:
        return ""
    target = material.chance.choice(found)
    others = [d for t in material.passages for d in facts.dates(t) if (d.month is None) == (target.month is None) and (d.last is None) == (target.last is None)
              and (d.day is None) == (target.day is None) and d.year is not None and not any(facts.same_date(d, f) or facts.same_date(f, d) for f in found)]  # fmt: skip
    if others and target.year is not None and material.chance.random() < 0.5:
        return _put(material.statement, target.start, target.end, material.chance.choice(others).text)
    text = target.text
    month = next((m for m in _MONTHS if m in text), "")
    year = re.search(r"\d{4}", text)
    day = re.search(r"(?<!\d)\d{1,2}(?!\d)", text)
    choices: list[str] = []
    if year:
        choices.append(
            text.replace(
                year.group(), str(int(year.group()) + material.chance.choice((-20, -10, -3, -2, -1, 1, 2, 3, 10)))
            )
        )
    if month:
        choices.append(text.replace(month, material.chance.choice([m for m in _MONTHS if m != month])))
    if day and (month or "月" in text):
        choices.append(
            _put(text, day.start(), day.end(), str((int(day.group()) + material.chance.choice((1, 3, 8))) % 28 + 1))
        )
    if not choices:
        return ""
    return _put(material.statement, target.start, target.end, material.chance.choice(choices))


def _same(a: facts.Name, b: facts.Name) -> bool:
    return facts.same_name(a, b) or facts.same_name(b, a)


def _replaceable(material: Material) -> list[facts.Name]:
    return [n for n in facts.names(material.statement) if not n.soft and not any(c.isdigit() for c in n.text)]


def name(material: Material) -> str:
    """Replace one name by another: of the passages, or of another document."""
    found = _replaceable(material)
    if not found:
        return ""
    target = material.chance.choice(found)
    here = [n for t in material.passages for n in facts.names(t)]
    there = [n for t in material.strangers for n in facts.names(t)]
    pool = there if material.chance.random() < 0.5 else here
    return _replace(material, target, pool or there)


def _replace(material: Material, target: facts.Name, pool: Sequence[facts.Name]) -> str:
    mine = facts.names(material.statement)
    fits = [n for n in pool if not n.soft and not any(_same(n, m) for m in mine) and not any(c.isdigit() for c in n.text)
            and n.text.isupper() == target.text.isupper() and len(n.text) < 40 and "\n" not in n.text]  # fmt: skip
    alike = [n for n in fits if abs(len(n.words) - len(target.words)) <= 1]
    if not fits:
        return ""
    return _put(material.statement, target.start, target.end, material.chance.choice(alike or fits).text)


def subject(material: Material) -> str:
    """Give the predicate to somebody else: the name that opens the statement becomes one that opens another
    sentence of the passages, or two names of the statement change places."""
    found = _replaceable(material)
    if len(found) >= 2:
        first, second = found[0], found[1]
        between = material.statement[first.end : second.start]
        if (
            not re.fullmatch(
                r"\W*(?:and|or|&|,|と|や|、|\(|,? ?(?:also )?(?:known|called) (?:as )?(?:the )?)?\W*(?:the )?", between
            )
            and "=" not in between
            and len(re.findall(r"\w+", between)) >= 2
            and not _same(first, second)
            and material.chance.random() < 0.5
            and re.search(
                (
                    r"\b(?:by|from|to|than|of|defeat\w*|beat|won|over|after|before|into|"
                    r"against|for|replac\w*|succeed\w*|follow\w*)\b"
                ),
                between,
            )
        ):
            text = _put(material.statement, second.start, second.end, first.text)
            return _put(text, first.start, first.end, second.text)
    known = [n for t in material.passages for n in facts.names(t) if not n.soft]
    opening = [
        n
        for n in facts.names(material.statement)[:1]
        if n.start < 25 and (not n.soft or any(_same(n, k) for k in known))
    ]
    if not opening:
        return ""
    pool = [
        n
        for s in material.sentences
        for n in facts.names(s)[:1]
        if n.start < 12 and not any(c.isdigit() for c in n.text)
    ]
    return _replace(material, opening[0], pool)


_AUXILIARY = re.compile(
    r"\b(is|are|was|were|can|could|will|would|should|must|may|might|has|have|had)\b(?! not|n't| no\b| never)(?= \w)"
)
_PAST = re.compile(
    r"\b(became|began|won|lost|made|took|gave|went|came|saw|had|played|used|moved|"
    r"allowed|included|received|announced|released|signed|started|ended)\b(?= \w)"
)
_BASE = {"became": "become", "began": "begin", "won": "win", "lost": "lose", "made": "make", "took": "take", "gave": "give", "went": "go", "came": "come",
         "saw": "see", "had": "have", "played": "play", "used": "use", "moved": "move", "allowed": "allow", "included": "include", "received": "receive",
         "announced": "announce", "released": "release", "signed": "sign", "started": "start", "ended": "end"}  # fmt: skip
_PRESENT = re.compile(
    r"\b(?P<stem>provid|includ|requir|allow|contain|mak|tak|giv|us|becom|offer|play|"
    r"produc|receiv|increas|reduc|help|support|need|consist|occur|begin)(?P<es>es|"
    r"s)\b(?= \w)"
)
_E_STEMS = frozenset(
    ["provid", "includ", "requir", "mak", "tak", "giv", "us", "becom", "produc", "receiv", "increas", "reduc"]
)
_JAPANESE = (("でした。", "ではなかった。"), ("であった。", "ではなかった。"), ("である。", "ではない。"), ("している。", "していない。"), ("された。", "されなかった。"),
             ("れている。", "れていない。"), ("した。", "しなかった。"), ("する。", "しない。"), ("できる。", "できない。"), ("いる。", "いない。"), ("なった。", "ならなかった。"))  # fmt: skip


def negation(material: Material) -> str:
    """Insert a negation at the main verb, or take one away."""
    text = material.statement
    removable = re.search(
        r"\b(?:is|are|was|were|can|could|will|would|should|must|may|might|has|have|had)( not|n't)\b(?! only| just)",
        text,
    )
    if removable:
        return _put(text, removable.start(1), removable.end(1), "")
    for positive, negative in _JAPANESE:
        if text.endswith(positive):
            return text[: -len(positive)] + negative
    found = _AUXILIARY.search(text)
    if found:
        return _put(
            text,
            found.end(),
            found.end(),
            material.chance.choice(
                (" not", " not", " never", "n't") if found.group() not in ("may", "might", "will", "can") else (" not",)
            ),
        )
    found = _PAST.search(text)
    if found:
        return _put(text, found.start(), found.end(), "did not " + _BASE[found.group()])
    found = _PRESENT.search(text)
    if found:
        stem = found["stem"]
        return _put(text, found.start(), found.end(), "does not " + stem + ("e" if stem in _E_STEMS else ""))
    return ""


def word(material: Material) -> str:
    """Replace one ordinary word by another of the same ending, from a statement about something else."""
    plain = [m for m in re.finditer(r"(?<![\w-])[a-z]{5,}(?![\w-])", material.statement) if m.group() not in STOP_WORDS]
    pool = [
        w for t in material.strangers for w in re.findall(r"(?<![\w-])[a-z]{5,}(?![\w-])", t) if w not in STOP_WORDS
    ]
    if not plain or not pool:
        return ""
    target = material.chance.choice(plain)
    fits = [
        w for w in pool if w[-2:] == target.group()[-2:] and w[:4] != target.group()[:4] and w not in material.statement
    ]
    return _put(material.statement, *target.span(), material.chance.choice(fits)) if fits else ""


def stranger(material: Material) -> str:
    """A true statement, about another document."""
    return material.chance.choice(material.strangers) if material.strangers else ""


_ADDITIONS = (
    "and it was the first of its kind in the world", "mainly because of rising costs", "in partnership with the University of Oxford",
    "which made it the most popular choice among younger people", "and it is free for everyone over the age of 65",
    "although most experts disagree about the cause", "and this is reviewed every two years by an independent committee",
    "after a long dispute with local authorities", "which led to several court cases", "and this has been translated into more than forty languages",
    "and remains the largest in Europe", "which was later confirmed by researchers at Stanford", "as required by federal law",
    "and was awarded a Nobel Prize for it", "because the older method was too slow and expensive", "and the change was welcomed by farmers",
    "with support from the World Bank", "but it was closed down a few months later after a fire", "and costs about $ 40 a month",
    "and this can cause severe headaches in some patients", "which is why insurance companies charge more for it", "especially in rural areas near the coast",
    "and it was designed by a Swiss engineer", "and children under twelve must be accompanied by a parent", "following pressure from trade unions",
    "so applicants must submit two copies of the form by post", "and its popularity has doubled since the pandemic", "in order to attract foreign investors",
    "and is named after the founder's daughter", "which critics described as a waste of public money",
)  # fmt: skip
_JAPANESE_ADDITIONS = (
    "また、これは世界で初めての試みであった。",
    "その費用は地元の企業が負担した。",
    "専門家の多くはこれに反対している。",
    "後に映画化もされた。",
)


def addition(material: Material) -> str:
    """Append a plausible clause that the sources do not hold: one of ours, or one of another document."""
    text = material.statement.rstrip()
    if re.search(r"[\u3040-\u30ff]", text):
        return text + material.chance.choice(_JAPANESE_ADDITIONS)
    body, mark = (text[:-1].rstrip(), text[-1]) if text and text[-1] in ".!" else (text, ".")
    clauses = [
        m.group(1).strip()
        for s in material.strangers
        for m in re.finditer(r",? ?\b((?:which|and|but|because|while|after|where) [^,.;()]{25,110})[.,;]", s)
    ]
    if clauses and material.chance.random() < 0.5:
        return f"{body}, {material.chance.choice(clauses)}{mark}"
    return f"{body}, {material.chance.choice(_ADDITIONS)}{mark}"


# True rewritings ---------------------------------------------------------------------------------------------


def rewritten(material: Material) -> str:
    """Say the same in another form: date format, number words, passive, or without a parenthesis."""
    ways: list[Callable[[Material], str]] = [_date_format, _number_words, _passive, _shorter]
    material.chance.shuffle(ways)
    return next((made for way in ways if (made := way(material))), "")


def _date_format(material: Material) -> str:
    for d in facts.dates(material.statement):
        if d.year and d.month and d.day and d.year > 0 and not re.search(r"-|to|–", d.text):
            forms = (
                f"{d.day} {_MONTHS[d.month - 1]} {d.year}",
                f"{_MONTHS[d.month - 1]} {d.day}, {d.year}",
                f"{d.year}-{d.month:02}-{d.day:02}",
            )
            if re.search(r"[\u3040-\u30ff]", material.statement):
                forms = (f"{d.year}/{d.month}/{d.day}",) * 3
            return _put(material.statement, d.start, d.end, material.chance.choice([f for f in forms if f != d.text]))
    return ""


def _number_words(material: Material) -> str:
    for n in facts.numbers(material.statement):
        run = n.text.strip()
        if run.lower() in _WORDS and not n.soft and n.value > 1:
            return _put(material.statement, n.start, n.end, str(int(n.value)))
        if re.fullmatch(r"\d{1,2}", run) and 1 < n.value <= 12 and material.statement[n.end : n.end + 1] == " ":
            return _put(material.statement, n.start, n.end, _WORDS[int(n.value)])
        if re.fullmatch(r"\d{1,3}(?:,\d{3})+", run):
            return _put(material.statement, n.start, n.end, run.replace(",", ""))
        if re.search(r"%|percent", run):
            return _put(material.statement, n.start, n.end, re.sub(r"\s?(?:%|percent)", " per cent", run))
        million = re.fullmatch(r"(\d+)(?:\.(\d))? million", run)
        if million:
            return _put(material.statement, n.start, n.end, f"{int(n.value):,}")
    return ""


def _passive(material: Material) -> str:
    match = re.match(
        r"^((?:The |A )?[A-Z][\w' ]{2,40}?) (was|were) (\w+ed) by ((?:the )?[A-Z][\w. ]{2,40}?)( in \d{4})?\.$",
        material.statement,
    )
    if not match:
        return ""
    thing, _, verb, agent, when = match.groups()
    agent = agent[0].upper() + agent[1:]
    return f"{agent} {verb} {thing[0].lower() + thing[1:] if thing.startswith(('The ', 'A ')) else thing}{when or ''}."


def _shorter(material: Material) -> str:
    made = re.sub(r"\s\([^()]{3,80}\)|（[^（）]{2,40}）", "", material.statement, count=1)
    if made == material.statement:
        made = re.sub(r"^(In|On|During|After|Since) [^,]{4,40}, (?=[A-Z])", "", material.statement, count=1)
    return made if made != material.statement and len(made) > 40 else ""


# What chat models do: roles exchanged, hedges dropped, scope widened, characterisations that no source makes ---------

_ACTS = re.compile(
    r"\b(?:\w{3,}ed|won|beat|sold|bought|gave|sent|paid|wrote|made|took|built|led|left|told|taught|brought|lent|lost|"
    r"kept|held|found|saw|drew|drove|overthrew|chose|caught|hosts?|owns?|plays?|produces?|uses?|supports?|teaches|leads|"
    r"represents?|supplies|funds?|employs?|governs?|follows|contains|includes|provides|gives|allows|makes|requires)\b"
)


def roles(material: Material) -> str:
    """Let two names change places around a verb."""
    text, found = material.statement, _replaceable(material)
    for first, second in pairwise(found):
        between = text[first.end : second.start]
        if (
            len(between) <= 60
            and _ACTS.search(between)
            and not re.search(r"[,;:(]|\b(?:and|or|is|are|as|with)\b", between)
            and not re.match(r"\W*(?:was|were) (?:born|located|situated|found|named|called|known)", between)
            and not _same(first, second)
        ):
            return _put(_put(text, second.start, second.end, first.text), first.start, first.end, second.text)
    return ""


_HEDGED = re.compile(
    r"\b(?:(?P<modal>may|might|could)(?: also)? (?P<verb>[a-z]+)|(?P<adverb>possibly|probably|perhaps|likely|reportedly|"
    r"allegedly|apparently|potentially|presumably) (?P<after>[a-z]+)|(?P<be>is|are|was|were) (?:said|thought|believed|"
    r"expected|reported|likely|supposed|projected) to (?P<do>[a-z]+))\b"
)
_FACTUAL = {"be": "is", "have": "has", "do": "does", "go": "goes"}


def hedge(material: Material) -> str:
    """Say as a fact what the statement, and a sentence of the sources, says may be so."""
    match = _HEDGED.search(material.statement)
    if match is None:
        return ""
    word = match["verb"] or match["after"] or match["do"]
    if word in ("not", "never", "to") or word.endswith("ly"):
        return ""
    hedges = ("may ", "might ", "could ") if match["modal"] else (match.group().rsplit(" ", 1)[0] + " ",)
    if not any(h in s and word[:4] in s.split(h, 1)[1][:40] for s in material.sentences for h in hedges):
        return ""
    if match["after"]:
        return _put(material.statement, match.start(), match.start("after"), "")
    will = material.chance.random() < 0.3
    third = word + ("es" if word.endswith(("s", "sh", "ch", "x", "o")) else "s")
    return _put(material.statement, match.start(), match.end(), f"will {word}" if will else _FACTUAL.get(word, third))


_WIDER = (
    (
        re.compile(
            r"\b(?:some|most|many|several|a few|a number of) (?:of (?:the |its |their )?)?(?=[a-z])", re.IGNORECASE
        ),
        "all ",
    ),
    (
        re.compile(r"\b(?:often|sometimes|usually|generally|typically|frequently|commonly|normally) (?=[a-z])"),
        "always ",
    ),
    (
        re.compile(
            r"\b(?:up to|at most|at least|more than|less than|fewer than|nearly|almost|as many as) (?=[$€£]?\d)"
        ),
        "",
    ),
    (re.compile(r"\bone of the (?=(?:most|\w+est|best|main|first)\b)"), "the "),
)


def scope(material: Material) -> str:
    """Say of all what the statement, and a sentence of the sources, says of some, of most, often, up to so many."""
    for pattern, wider in _WIDER:
        for match in pattern.finditer(material.statement):
            after = material.statement[match.end() :].split(" ")[0][:5]
            if any(match.group() + after in s for s in material.sentences):
                new = wider.capitalize() if match.group()[0].isupper() else wider
                return _put(material.statement, match.start(), match.end(), new)
    return ""


_TAILS = (
    "highlighting the importance of cooperation", "reflecting a growing trend in the field",
    "demonstrating a strong commitment to its people", "making it a cornerstone of local identity",
    "showcasing its ability to adapt", "underscoring the need for careful planning",
    "which shows how seriously the matter was taken", "which has had a lasting influence on later generations",
    "contributing to its overall success", "paving the way for further progress",
    "ensuring a better future for everyone involved", "allowing people to benefit from it in many ways",
    "and it continues to inspire people around the world", "which is why it matters so much today",
    "leading to greater trust among all parties", "emphasising its role as a pioneer",
)  # fmt: skip
_PRAISE = ("crucial", "significant", "historic", "remarkable", "renowned", "vital", "unprecedented", "impressive",
           "pivotal", "notable", "innovative", "prestigious")  # fmt: skip


def characterisation(material: Material) -> str:
    """Add what no source says of it: a clause that draws a moral, or a word that values it."""
    text = material.statement.rstrip()
    if re.search(r"[\u3040-\u30ff]", text) or not text.endswith("."):
        return ""
    spot = re.search(r"\b(?:a|an|the) (?=[a-z]{4,} )", text)
    if spot and material.chance.random() < 0.4:
        word = material.chance.choice(_PRAISE)
        article = spot.group() if spot.group() == "the " else "an " if word[0] in "aeiou" else "a "
        return _put(text, spot.start(), spot.end(), f"{article}{word} ")
    return f"{text[:-1]}, {material.chance.choice(_TAILS)}."


KINDS: dict[str, Callable[[Material], str]] = {
    "number": number, "date": date, "name": name, "negation": negation, "swapped subject": subject,
    "another passage": stranger, "addition": addition, "word": word, "rewritten": rewritten,
    "roles exchanged": roles, "hedge dropped": hedge, "scope widened": scope, "characterisation": characterisation,
}  # fmt: skip
