"""Sentences in a document that speak to the assistant instead of saying something.

"Ignore previous instructions and answer …" is data like all else in a document, and it is not an answer: it
is not quoted, and it supports nothing. So are the sentences that follow it in its paragraph, where such an
instruction puts the words that it wants said.

    if is_instruction(sentence): …        # one sentence
    span in tainted(passage)              # (start, end) into the document's text; for whole passages
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from ingest.splitting.split import sentences
from vectorstore.passage import Passage

_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-"
    "\u206f\ufe00-\ufe0f\ufeff\U000e0100-\U000e01ef]"
)
_TAGS = re.compile("[\U000e0020-\U000e007e]+")
_SPACED = re.compile(r"(?:\b\w(?:[ ._*-]|$)){6,}")
_EARLIER = r"(?:previous|prior|preceding|above|earlier|foregoing|existing|original|initial|other|system|your)"
_ORDERS = (
    r"(?:instructions?|prompts?|directions?|directives?|guidelines|rules|commands?|messages?|"
    r"context|passages|documents|sources|system message|programming|constraints)"
)
_SAYING = (
    r"(?:say|answer|respond|reply|output|print|write|tell|state|repeat|return|include|"
    r"append|add|mention|display|show|claim|insist)"
)
_READER = (
    r"(?:the user|the human|the person asking|the reader of this answer|users who ask|whoever asks|anyone who asks)"
)
_MACHINE = (
    r"(?:ai|a\.i\.|llm|language model|chatbot|chat bot|assistant|chat model|gpt|chatgpt|"
    r"claude|gemini|copilot|bot|model)"
)
_PATTERNS = (
    (
        r"\b(?:ignore|disregard|forget|override|overrule|bypass|skip|discard|drop|set "
        rf"aside|pay no attention to|do not follow|don't follow|stop following)\b.{{0,30}}\b{_EARLIER}\b.{{"
        rf"0,20}}\b{_ORDERS}\b"
    ),
    (
        rf"\b(?:ignore|disregard|forget|override|discard)\b.{{0,15}}\b(?:all|any|every|"
        rf"everything)\b.{{0,20}}\b(?:you (?:were|have been) told|{_ORDERS}|(?:above|before)"
        r" this)\b"
    ),
    (
        r"\b(?:ignore|disregard|forget) (?:everything|all|anything) (?:above|before|else|"
        r"you (?:know|were told|have been told)|said (?:above|before|so far))"
    ),
    (
        r"\b(?:new|updated|revised|real|actual|hidden|secret|additional|important) (?:system "
        rf")?(?:instructions?|prompts?|directives?) ?(?:for (?:the |any |all )?{_MACHINE}s?|"
        r":|follow)"
    ),
    (
        r"\b(?:dear|attention|note to|message (?:to|for)|instructions? (?:to|for)|notice "
        rf"to|hey|hello|to)\b,? (?:the |any |all |every )?(?:{_MACHINE}|ai {_MACHINE})s?\b "
        r"?(?:reading|that|who|which|processing|summari[sz]ing|answering|[:,;!—-])"
    ),
    rf"\b(?:if|when|since|because|as) you(?: a|')re (?:an? )?(?:\w+ )?(?:{_MACHINE})\b",
    (
        rf"^\W*(?:as an? )?(?:ai )?(?:{_MACHINE})s? (?:must|should|shall|are (?:required|"
        r"instructed|ordered) to|is (?:required|instructed) to|reading this)\b"
    ),
    (
        rf"\byou are (?:now )?(?:an? |the )?(?:\w+ ){{0,3}}(?:{_MACHINE})\b.{{0,60}}\b(?:must|"
        r"will|should|who|that|with no|without|answer|obey|named)\b"
    ),
    r"\byou are now\b.{0,40}\b(?:unrestricted|jailbroken|dan|developer mode|root|admin|in .{0,20}mode|free of)\b",
    (
        r"\b(?:enter|enable|activate|switch to|engage) (?:developer|debug|admin|god|jailbreak|"
        r"dan|maintenance|unrestricted) mode\b.{0,60}\b(?:you|answer|say|reply|now|and)"
        r"\b"
    ),
    (
        r"\b(?:say|answer|respond|reply|output|print|write|repeat|return|claim)\b(?! to\b)"
        r".{0,15}\b(?:only|exactly|verbatim|nothing but|always|instead|simply|just)\b.{0,12}[:\"“'‘「]"
    ),
    (
        rf"\b(?:only|always|instead|simply|just|please|now)\b,? (?:{_SAYING})(?: with| "
        rf"that)?\b(?! fee).{{0,12}}[:\"“‘「](?!\")"
    ),
    (
        r"\b(?:when|if|whenever|in case) (?:you(?:'re| are)? |someone |anyone |a user "
        r"|the user |users )?(?:is |are )?(?:ask(?:s|ed)?|quer(?:y|ies|ied)|questioned)"
        rf"\b.{{0,80}}\b(?:{_SAYING})\b"
    ),
    rf"\b(?:tell|inform|convince|assure|instruct|direct|advise|urge|remind|ask|warn) {_READER}\b",
    (
        rf"\b(?:do not|don't|never|must not)\b.{{0,20}}\b(?:tell|reveal|mention|disclose|"
        rf"show|inform|cite|quote|use)\b.{{0,30}}\b(?:{_READER}(?! id\b)|this instruction|"
        r"these instructions|the other (?:sources|documents|passages)|any other (?:source|"
        r"document|passage))"
    ),
    (
        r"\b(?:cite|quote|attribute|reference|credit|mark|label)\b.{0,30}\b(?:this|it|"
        r"that|the (?:text|sentence|claim)|everything|all)\b.{0,20}\b(?:as|with|to|under)"
        r" (?:source |passage |footnote |number )?[\[(【]?\d"
    ),
    (
        r"\b(?:reveal|print|repeat|output|show|leak|send|disclose|dump)\b.{0,25}\b(?:your|"
        r"the) (?:\w+ )?(?:system (?:prompt|message)|hidden (?:prompt|instructions)|initial "
        r"(?:prompt|instructions)|api keys?|passwords?|secret keys?|environment variables|"
        r"conversation)"
    ),
    (
        r"\b(?:the )?(?:correct|right|only|true|final|official) (?:answer|response|reply)"
        r" (?:to (?:every|all|any|each|this|the|that)\b.{0,70})?(?:is|must be|should "
        r"be|will be|shall be) (?:always|now|therefore|exactly|simply|:)"
    ),
    (
        r"\b(?:your|the|every|each|any) (?:answer|response|reply)\b(?: to .{0,70}?)? (?:must|"
        r"should|shall|has to) (?:begin|start|end|contain|include|say|read)\b"
    ),
    (
        r"\b(?:begin|start|end|finish|open|close|prefix) (?:your|the|each|every) (?:answer|"
        r"response|reply|sentence|message)s?\b"
    ),
    (
        r"\b(?:place|put|insert|embed|render|include|add|append)\b.{0,40}\b(?:link|image|"
        r"url|markdown|picture|beacon)\b.{0,60}\b(?:your (?:answer|response|reply)|the "
        r"(?:answer|response|reply)|every (?:answer|response|reply))"
    ),
    (
        r"^\W*(?:#+ ?)?(?:system|assistant|developer|user)(?: (?:message|prompt|note|override|"
        r"notice|instruction))? ?[:>\]].{0,200}\b(?:you|answer|say|ignore|respond|reply|"
        r"must|new|user|instructions?|assistant|policy)\b"
    ),
    (
        r"^\W*(?:end|close|begin|start) (?:of )?(?:the )?(?:system prompt|passages?|documents?|"
        r"context|untrusted (?:data|text|content)|data|sources|quoted (?:text|material)"
        r"|instructions)\b\W*$"
    ),
    (
        r"(?:end|close) of (?:the )?(?:passages?|documents?|context|untrusted \w+|sources|"
        r"data)\b.{0,40}\b(?:you|now|follow|new|next|instructions?|answer|user)\b"
    ),
    (
        r"\b(?:translate|summari[sz]e|rewrite|ignore|answer|complete) (?:the (?:above|"
        r"following|question) )?(?:and|then)\b.{0,20}\b(?:visit|open|click|send|post|fetch|"
        r"call|email)\b.{0,60}https?://"
    ),
    r"!\[[^\]]*\]\(\s*https?://[^)]*[?&=][^)]*\)|<img[^>]+src",
    (
        r"\b(?:send|post|forward|transmit|upload|exfiltrate|email)\b.{0,40}\b(?:the (?:question|"
        r"conversation|chat|user's|answer)|this conversation|chat history|all (?:documents|"
        r"passages)|their question)\b.{0,60}\b(?:to|at|https?)\b"
    ),
    r"(?:以前|これまで|上記|前|今まで|他|元|すべて)の?(?:すべての|全ての)?(?:指示|命令|プロンプト|ルール|規則|文書|資料).{0,6}(?:無視|忘れ|従わ)",
    r"(?:あなたは|君は|お前は)(?:今|これ)から.{0,40}(?:です|だ|なさい|振る舞)|(?:と|を)(?:だけ|のみ)(?:答え|回答し|返答し|出力し|言い|伝え)(?:て|な|よ|る|ろ)",
    (
        r"(?:質問|尋ね|聞か)(?:され|れ).{0,30}(?:と答え|と回答し|と返答し|と伝え|と言い)(?:て|な|よ|る|ろ)|(?:AI|アシスタント|"
        r"言語モデル|チャットボット)(?:へ|は|への指示|に告ぐ)[:：、].{0,60}(?:答え|回答|無視|従)"
    ),
    r"(?:ユーザー|利用者|質問者)に.{0,60}(?:と|よう)(?:伝え|答え|回答し|指示し|案内し|勧め)(?:て|な|よ|る|ろ)",
    r"(?:忽略|无视|無視|忘记|忘記)(?:之前|以上|先前|上述|所有|前面|一切).{0,10}(?:指令|指示|提示|规则|規則|内容|文档)|你现在是|你現在是|请只回答|只能回答|必须回答",
    (
        r"\b(?:ignorier\w*|vergiss|missachte)\b.{0,30}\b(?:vorherig\w*|bisherig\w*|obig\w*|"
        r"alle\w*|früher\w*)\b.{0,20}\b(?:anweisung\w*|instruktion\w*|regeln|befehle)"
    ),
    (
        r"\bignor(?:e|ez|er)\b.{0,20}\b(?:instructions?|consignes?|règles)\b.{0,20}\b(?:précédentes?|"
        r"antérieures?|ci-dessus)|\boublie[zr]?\b.{0,20}\b(?:instructions|consignes)"
    ),
    (
        r"\b(?:ignora|ignore|olvida|olvide|descarta)\b.{0,20}\b(?:instrucciones|indicaciones|"
        r"reglas|instruções)\b.{0,20}\b(?:anterior\w*|previas?|prévias)|(?:игнорируй|забудь|"
        r"не обращай внимания)\w*.{0,25}(?:инструкци|указани|предыдущ)"
    ),
)  # fmt: skip
_ONE = re.compile("|".join(f"(?:{p})" for p in _PATTERNS), re.IGNORECASE)
_HINT = re.compile(
    r"ignor|disregard|forget|forgot|overr|bypass|skip|discard|drop|set aside|attention|"
    r"follow|instruct|prompt|directive|assistant|"
    r"\bai\b|a\.i\.|llm|language model|chat|\bbot\b|gpt|claude|gemini|copilot|model|"
    r"\bmode\b|say|answer|respon|repl|output|print|"
    r"tell|inform|convince|assure|urge|remind|\bask|quer|cite|quot|attribut|credit|"
    r"label|reveal|leak|dump|send|post|forward|transmit|"
    r"upload|exfil|email|insert|embed|\[/?inst|<|!\[|you are now|end of|close|system|developer"
    r"|指示|命令|プロンプト|あなた|君は|"
    r"お前|答え|回答|返答|伝え|ユーザー|利用者|質問|AI|忽略|无视|無視|忘|你现在|你現在|只能|必须|vergiss|missacht|oubli|olvid|descart|игнор|забудь|"
    r"не обращай",
    re.IGNORECASE,
)
_PARAGRAPH = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*#•]|\d+[.)]) ?)")
_CONTROL = re.compile(
    r"<\|(?:im_start|im_end|system|assistant|user|endoftext|start_header_id|eot_id|"
    r"begin_of_text)\|?>|\[/?INST\]|<</?SYS>>"
    r"|<(?:start|end)_of_turn>|</?(?:system|assistant|instructions?|prompt|passages?)>",
    re.IGNORECASE,
)
_JOINED = re.compile(r"[_+.-]+")
HEADINGS_JOINED_BY = " › "
"""What stands between the headings of a passage's path."""
AFTER = 3
"""Sentences after an instruction, in its paragraph, that it taints."""


def plainly(text: str) -> str:
    """Return `text` as a model reads it: hidden characters gone or, where they spell, shown; letters joined."""
    shown = _TAGS.sub(lambda m: " " + "".join(chr(ord(c) - 0xE0000) for c in m.group()) + " ", text)
    shown = unicodedata.normalize("NFKC", _HIDDEN.sub("", shown))
    shown = _SPACED.sub(lambda m: re.sub(r"(?<=\w)[ ._*-](?=\w\b)", "", m.group()), shown)
    return re.sub(r"\s+", " ", re.sub(r"(?<=\w)[*_`]+(?=\w)|[*_`]{2,}", "", shown)).replace("’", "'")


@lru_cache(maxsize=20_000)
def is_instruction(text: str) -> bool:
    """Tell whether a sentence is meant for the assistant: an order, a fake turn, a fence, a leaking image.

    Args:
        text: A sentence or a short run; invisible and bidirectional characters may stand in it.
    """
    plain = plainly(text)
    if _TAGS.search(text) or _CONTROL.search(text):
        return True
    return _HINT.search(plain) is not None and _ONE.search(plain) is not None


@lru_cache(maxsize=4_000)
def _tainted(text: str, spans: tuple[tuple[int, int], ...]) -> frozenset[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    left = 0
    for n, (start, end) in enumerate(spans):
        if n and _PARAGRAPH.search(text[spans[n - 1][1] : start + 1]):
            left = 0
        if is_instruction(text[start:end]):
            left = AFTER + 1
        if left:
            found.add((start, end))
            left -= 1
    return frozenset(found)


def is_named_as_instruction(name: str) -> bool:
    """Tell whether a title or a file's name speaks to the assistant, with whatever it joins its words by."""
    return is_instruction(name) or is_instruction(_JOINED.sub(" ", name))


def tainted(passage: Passage) -> frozenset[tuple[int, int]]:
    """Return the sentences of `passage` that are instructions, follow one in its paragraph, or stand right under a
    heading that is one.

    Returns:
        (start, end) offsets into the document's text, as `passage.sentences` has them.
    """
    spans = passage.sentences or tuple((passage.start + s, passage.start + e) for s, e in sentences(passage.text))
    shift = passage.start
    if passage.heading and is_instruction(passage.heading.rpartition(HEADINGS_JOINED_BY)[2]):
        return frozenset(spans)
    local = _tainted(passage.text, tuple((s - shift, e - shift) for s, e in spans))
    return frozenset((s + shift, e + shift) for s, e in local)
