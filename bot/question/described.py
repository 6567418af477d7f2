"""What a question describes instead of naming it: "How old is the man who signed it?" asks first who signed it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from vectorstore.words.tokens import content_terms, query_terms

LONGEST = 300
_ASKING = r"(?:who|whom|whose|what|which|when|where|why|how)"
_ASKS = re.compile(rf"^(?:(?:in|at|on|to|from|by|for|of|with|since|until) )?{_ASKING}\b", re.IGNORECASE)
_NOT_IN_NOUN = (
    "of|in|on|at|to|for|from|with|by|through|and|or|that|which|who|is|are|was|were|be|been|being|has|have|had"
)
_NOUN = rf"(?P<noun>(?:(?!(?:{_NOT_IN_NOUN})\b)[\w’-]+ ){{0,3}}?(?!(?:{_NOT_IN_NOUN})\b)(?P<head>[\w-]+))"
_RELATIVE = re.compile(rf"\bthe {_NOUN} (?P<word>who|that|which|whose) (?P<clause>.+)", re.IGNORECASE)
_REDUCED = re.compile(
    rf"\bthe {_NOUN} (?P<done>\w+(?:ed|en|wn|lt|ught|made|sold|led|held|won)) (?P<how>(?:by .+|in \d.+))", re.IGNORECASE
)
_PERSONS = frozenset(
    """
    man woman person boy girl guy lady gentleman author writer novelist poet journalist editor translator composer
    painter sculptor photographer singer actor actress architect designer engineer inventor scientist physicist
    chemist biologist researcher professor teacher doctor surgeon physician nurse lawyer attorney judge notary clerk
    officer official politician president minister mayor governor senator king queen emperor pope bishop priest
    founder cofounder owner landlord landlady tenant lessor lessee seller buyer lender borrower creditor debtor
    guarantor witness signatory chairman chairwoman chairperson chair director manager head leader chief ceo cfo cto
    coo captain commander general colonel admiral coach trainer player winner champion runner driver pilot sailor
    farmer merchant banker secretary treasurer auditor accountant consultant employee worker colleague boss supervisor
    speaker host explorer discoverer successor predecessor wife husband mother father son daughter brother sister
    spouse widow widower heir partner executive
    """.split()
)
"""Nouns that mean a person: what is found for them must be a name."""
_ROLES = (_PERSONS - {"man", "woman", "person", "boy", "girl", "guy", "lady", "gentleman"}) | frozenset(
    """
    sponsor publisher producer manufacturer maker supplier contractor subcontractor insurer operator builder developer
    employer capital headquarters parent subsidiary successor predecessor
    """.split()
)
"""Nouns that mean one person or thing of another: "the architect of the lighthouse"."""
_ROLE = rf"(?P<role>(?:[\w-]+ ){{0,2}}?(?P<head>{'|'.join(sorted(_ROLES))}))\b"
_ROLE_OF = re.compile(rf"\bthe {_ROLE} of (?P<of>.+)", re.IGNORECASE)
_ROLE_AT = re.compile(
    rf"(?P<owner>\b(?:(?i:the|our|this) )?(?:[A-Z][\w&.-]*(?: [A-Z][\w&.-]*){{0,3}}|[\w-]+))['’]s? (?i:{_ROLE})"
)
_AGENTS = frozenset(
    """
    company firm bank organisation organization group team agency authority ministry institute university fund yard
    party council committee school club foundation charity association office department studio publisher producer
    manufacturer maker supplier contractor insurer operator builder developer employer sponsor
    """.split()
)
"""Nouns of which "who" is asked as well as "which"."""
_DOES = {
    "author": "wrote", "writer": "wrote", "founder": "founded", "owner": "owns", "inventor": "invented",
    "designer": "designed", "architect": "designed", "seller": "sold", "buyer": "bought", "signatory": "signed",
    "editor": "edited", "leader": "leads", "builder": "built", "maker": "made", "manufacturer": "made",
    "publisher": "published", "sponsor": "sponsors", "operator": "operates", "supplier": "supplies",
    "winner": "won", "discoverer": "discovered", "composer": "composed", "painter": "painted",
    "translator": "translated",
}  # fmt: skip
"""What the one does or did whom a role is named after."""
_NO_THING = frozenset(
    """
    fact facts claim claims idea belief view theory notion evidence assumption argument conclusion statement
    suggestion possibility likelihood risk chance requirement condition principle way reason extent degree moment case
    point sense impression feeling opinion hypothesis one ones same only kind type sort thing things people men women
    children name term word words number amount percentage first last most
    """.split()
)
"""Nouns behind which "that" describes no one thing."""
_VERBS = frozenset(
    """
    end ends start begin expire live work study studied die join leave cost earn say own run last pay close open move
    serve report belong come go marry write found collect have stand charge receive give get make produce sell buy
    lead take offer employ weigh measure carry hold use cover contain include require mean allow grow need play win
    lose return retire resign become call name
    """.split()
)
_DONE = frozenset(
    """
    born founded built based located situated buried raised educated published written sold killed elected appointed
    held made opened completed finished due worth signed established created married employed trained named called
    released cancelled closed owned
    """.split()
)
_ASIDE = frozenset(query_terms("name called known person thing title one part example kind type sort form instance"))


@dataclass(frozen=True, slots=True)
class Described:
    """A question with a description in it.

    Attributes:
        first: Questions for what the description means, the likeliest first.
        before, after: What stands around the description.
        words: The description as it is written.
        person: Whether a person is described.
        noun: The noun of the description, in lower case.
    """

    first: tuple[str, ...]
    before: str
    after: str
    words: str
    person: bool
    noun: str

    def second(self, found: str) -> str:
        """Return the question with what was found in the description's place."""
        return f"{' '.join(part for part in (self.before, found, self.after) if part)}?"


def described(question: str) -> Described | None:
    """Return the description in a question and the question for what it means; None where there is none."""
    text = " ".join(question.split()).rstrip("?.! ")
    if len(text) > LONGEST or not _ASKS.match(text):
        return None
    return next((found for found in _candidates(text) if _asks_more(found)), None)


def _candidates(text: str) -> Iterator[Described]:
    for match in (_RELATIVE.search(text), _REDUCED.search(text)):
        if match and _is_one(match["head"], match["noun"]) and not _LEANS.search(match.group()):
            yield from _relative(text, match)
    if match := _ROLE_OF.search(text):
        yield from _role(text, match, match["of"], match.end("of"))
    if match := _ROLE_AT.search(text, len(text.split(" ", 1)[0])):
        yield from _role(text, match, "", match.end())


def _is_one(head: str, noun: str) -> bool:
    """Tell whether a noun means one thing that can be found, and does not name it: "the Union Address that"."""
    low = head.casefold()
    if noun != noun.casefold():
        return False
    plural = low.endswith("s") and not low.endswith(("ss", "us", "is"))
    return low not in _NO_THING and not plural


def _relative(text: str, match: re.Match[str]) -> Iterator[Described]:
    before = text[: match.start()].strip()
    start = match.end("noun") + 1
    clause, after = _apart(before, text[start:])
    noun, words = match["noun"], f"the {match['noun']} {clause}"
    person = match["head"].casefold() in _PERSONS or clause.casefold().startswith("who ")
    word, _, rest = clause.partition(" ")
    if not rest:
        return
    first: tuple[str, ...]
    if word.casefold() not in ("who", "that", "which", "whose"):
        first = (f"Which {noun} was {clause}?",)
    elif word.casefold() == "whose":
        first = (f"What is the {noun} {clause}?",)
    elif person and match["head"].casefold() in ("man", "woman", "person", "guy", "lady", "gentleman"):
        first = (f"Who {rest}?",) if _begins_with_verb(rest) else (f"Who is the {noun} that {rest}?",)
    elif _begins_with_verb(rest):
        first = (f"Which {noun} {rest}?", *([f"Who {rest}?"] if match["head"].casefold() in _AGENTS else []))
    else:
        first = (f"Which is the {noun} that {rest}?",)
    yield Described(first, before, after, words, person, match["head"].casefold())


def _begins_with_verb(clause: str) -> bool:
    """Tell whether a clause begins with its verb: "leads it", and not "Amir Nasser leads"."""
    word = clause.split()[0]
    if word[0].isupper() or word.casefold() in _SUBJECTS:
        return False
    return len(clause.split()) > 1


_SUBJECTS = frozenset("the a an this these those our their his her its my your he she they we i you it".split())


def _role(text: str, match: re.Match[str], of: str, end: int) -> Iterator[Described]:
    role, head = match["role"], match["head"].casefold()
    before = text[: match.start()].strip()
    person = head in _PERSONS
    asks = "Who" if head != "capital" and head != "headquarters" else "What"
    if of:
        owner, after = _apart(before, of, at_first=True)
        words = f"the {role} of {owner}"
    else:
        owner, after = match["owner"], text[end:].strip()
        words = match.group()
        if not owner[0].isupper() and not owner.casefold().startswith(("the ", "our ", "this ")):
            return
    does = f"Who {_DOES[head]} {owner}?" if head in _DOES and " " not in role else ""
    first = tuple(filter(None, (does, f"{asks} is {words}?")))
    yield Described(first, before, after, words, person, head)


def _apart(before: str, rest: str, *, at_first: bool = False) -> tuple[str, str]:
    """Return the description's end, and what of the question stands behind it.

    Args:
        before: What stands before the description.
        rest: What comes behind its noun.
        at_first: Whether the first verb is the question's own: the description has none.
    """
    words = rest.split()
    asked = before.casefold().split()
    last = asked[-1] if asked else ""
    split = len(words)
    if last in ("does", "did", "do", "will", "can", "could", "should", "must", "may", "might", "would"):
        known = [i for i, word in enumerate(words) if word.casefold() in _VERBS and i > (0 if at_first else 1)]
        split = known[0 if at_first else -1] if known else len(words) - 1
    elif last in ("is", "was", "are", "were", "has", "had"):
        known = [i for i, word in enumerate(words) if word.casefold() in _DONE and i > 1]
        split = known[-1] if known and _ends_question(words, known[-1]) else len(words)
    return " ".join(words[:split]), " ".join(words[split:])


def _ends_question(words: list[str], at: int) -> bool:
    """Tell whether a participle belongs to the question, and not to the description: "… Vogel signed ended"."""
    return at == len(words) - 1 or words[at + 1].casefold() in ("in", "on", "at", "by", "as", "to", "before", "after")


_LEANS = re.compile(r",|\b(?:these|those|they|such|the (?:text|passage|article))\b", re.IGNORECASE)
"""In a clause that describes nothing by itself."""
_IS = frozenset("is was are were".split())
_AUXILIARIES = _IS | frozenset("does did do has have had will can could should must may might would".split())
_BEFORE = _AUXILIARIES | frozenset("of for by to from with at in on about before after under against than".split())
"""What a description may stand behind; behind anything else it is said of something: "was Warsaw the capital of"."""


def _asks_more(found: Described) -> bool:
    """Tell whether a question asks more than what the description means."""
    asked = found.before.casefold().split()
    opens, last = (asked[0], asked[-1]) if asked else ("", "")
    if last not in _BEFORE and (_AUXILIARIES & set(asked) or len(asked) != 2):
        return False  # behind "Who sponsors" there may be one, behind "How long was Warsaw" there is not
    if last in _IS and not found.after and opens in ("who", "what", "which", "whom"):
        return False
    outside = set(content_terms(f"{found.before} {found.after}")) - _ASIDE
    return bool(outside) or opens in ("where", "when", "how", "why")
