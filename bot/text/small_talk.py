"""Turns of a conversation that are no question, and those that mean something only after an answer, by language."""

from __future__ import annotations

import re
from typing import Literal

from bot.text.number_words import ORDINALS
from bot.text.question_words import OTHERS
from bot.text.yes_no import NO, YES

Social = Literal["greeting", "thanks", "farewell", "yes", "no"]

_THANKS_BEFORE = r"(?:(?:ok|okay|great|perfect|super|cool|nice|wonderful|alright) )?(?:many |big )?"
_THANKS_AFTER = (
    r"(?: (?:a lot|so much|very much|a million|again|footnote|everyone"
    r"|for (?:that|this|your help|the help)))*"
)
_PRAISE = r"(?:great|perfect|super|cool|nice|wonderful|awesome|excellent|brilliant|good|very good|well done)"
SOCIAL: dict[Social, dict[str, str]] = {
    "greeting": {
        "en": r"(?:hello|hi|hey|hiya|howdy|greetings|yo)(?: (?:there|everyone|all|footnote|bot|again))?"
        r"|good (?:morning|afternoon|evening|day)(?: (?:all|everyone|footnote))?"
        r"|(?:(?:hello|hi|hey)(?: there)? )?how are you(?: (?:today|doing))?",
        "de": r"hallo|guten (?:tag|morgen|abend)|moin|servus",
        "fr": r"bonjour(?: à tous)?|bonsoir|salut|coucou|(?:bonjour |salut )?(?:comment )?(?:ça va|allez-vous)",
        "es": r"(?:hola )?buenos d[ií]as|(?:hola )?buenas(?: tardes| noches)?|hola(?: a todos)?|(?:hola )?qué tal"
        r"|(?:hola )?cómo está[sn]?",
        "it": "ciao",
        "pt": "olá",
        "ru": "привет|здравствуйте",
        "ja": "こんにちは|こんばんは|おはよう(?:ございます)?|やあ|はじめまして",
        "zh": "你好|您好",
        "ko": "안녕하세요",
    },
    "thanks": {
        "en": rf"{_THANKS_BEFORE}(?:thanks|thank you|thank u|thx|ty|cheers){_THANKS_AFTER}"
        r"|much appreciated|that helps(?: a lot)?|that is helpful|that's helpful|appreciate it"
        rf"|(?:that's |that is )?{_PRAISE}",
        "de": "danke(?: schön| sehr)?|vielen dank",
        "fr": r"(?:super |parfait |génial )?merci(?: beaucoup| bien| infiniment| pour (?:ça|tout|votre aide|ton aide))?"
        r"|je vous remercie|(?:c'est )?(?:parfait|génial|très bien)",
        "es": r"(?:perfecto |genial )?(?:muchas |muchísimas |mil )?gracias"
        r"(?: por (?:todo|eso|la ayuda|su ayuda|tu ayuda))?|(?:está )?(?:perfecto|genial|muy bien)",
        "pt": "obrigad[oa]",
        "it": "grazie",
        "ru": "спасибо",
        "ja": "ありがとう(?:ございます|ございました)?|どうも(?:ありがとう(?:ございます)?)?|助かりました",
        "zh": "谢谢|多谢",
        "ko": "감사합니다",
    },
    "farewell": {
        "en": r"(?:good)?bye(?: bye)?|goodbye|see you(?: later| soon)?|that's all(?: for (?:now|today))?"
        r"|that is all|(?:i'm|i am) done|exit|quit",
        "de": "tschüss|auf wiedersehen",
        "fr": r"au revoir|à (?:bientôt|plus tard|demain)|c'est tout(?: pour (?:aujourd'hui|le moment))?|j'ai fini",
        "es": r"adi[oó]s|hasta (?:luego|pronto|mañana)|eso es todo(?: por (?:hoy|ahora))?|he terminado",
        "ja": "さようなら|またね",
        "zh": "再见",
    },
    "yes": {
        "en": rf"{YES['en']}(?: please)?|yep|yeah|yup|ok|okay|sure|right|correct|exactly|indeed|of course"
        r"|i see|got it|understood|alright|fine",
        "de": YES["de"],
        "fr": rf"{YES['fr']}(?: merci| s'il (?:vous|te) plaît)?|d'accord|bien sûr|exactement|tout à fait|c'est ça"
        r"|(?:j'ai )?compris|je vois",
        "es": rf"(?:{YES['es']}|si)(?: gracias| por favor)?|claro(?: que sí)?|vale|de acuerdo|por supuesto|exacto"
        r"|entendido|ya veo",
        "ja": rf"{YES['ja']}|ええ|そうです|わかりました|了解(?:です|しました)?",
        "zh": "是|好的?",
        "ko": "네",
    },
    "no": {
        "en": rf"{NO['en']}(?: thanks| thank you)?|nope|nah|not really|wrong|that's wrong|that is wrong"
        r"|that's not (?:right|it|what i (?:meant|asked))",
        "de": rf"{NO['de']}(?: danke)?",
        "fr": rf"{NO['fr']}(?: merci)?|pas vraiment|(?:c'est )?faux|ce n'est pas (?:ça|juste|correct"
        r"|ce que (?:je voulais dire|j'ai demandé))",
        "es": rf"{NO['es']} gracias|no(?: es)? (?:así|cierto|correcto|eso)|(?:eso )?está mal|en realidad no|incorrecto"
        r"|(?:eso )?no es lo que (?:quería decir|quise decir|pregunté)",
        "ja": rf"{NO['ja']}|違います|ちがう",
        "zh": "不是?",
        "ko": "아니요",
    },
}
"""Patterns of whole messages, bare of signs. Of languages that share a word, the first takes it: "no" is English."""

WHY: dict[str, str] = {
    "en": r"(?:and |but |so )?why(?: is that| is this| so| not| that| exactly| though)?"
    r"|how come|how so|what for|for what reason|why is it so",
    "de": OTHERS["why"]["de"],
    "fr": rf"(?:et |mais )?(?:{OTHERS['why']['fr']}(?: ça| cela| pas)?|pour quelle raison|comment ça)",
    "es": rf"(?:y |pero )?(?:{OTHERS['why']['es']}(?: no| eso| así)?|por qué razón)",
    "ja": rf"(?:{OTHERS['why']['ja']})(?:ですか)?",
    "zh": rf"{OTHERS['why']['zh']}|为何|왜",
}
NAMES_NOTHING = re.compile(r"(?:and |but |so )?(?:really|(?:why|how) is (?:that|this|it))|vraiment|de verdad")
"""Turns beside "why?" that are about whatever the answer before them said."""

SMILE = re.compile(r"[:;=]-?[)]|\^_*\^")
SAD = re.compile(r"[:;=]'?-?[(/\\|]")
UNHAPPY = frozenset("👎😕🙁☹😞😟😠😡😢😭😒😩😤🤔🤨🤷💔❌🚫")
"""Smileys of signs, and emoji, by which a person says what words would: thanks, or that it was not right."""

PLEASANTRY = re.compile(
    r"(?:(?:ok(?:ay)?|great|perfect|super|cool|nice|alright|thanks(?: a lot| so much)?"
    r"|thank you(?: so much| very much)?|hello(?: there)?|hi(?: there)?|hey(?: there)?"
    rf"|good (?:morning|afternoon|evening)|{YES['en']}|{NO['en']}|sure|right|well"
    rf"|merci(?: beaucoup)?|bonjour|bonsoir|d'accord|{YES['fr']}|{NO['fr']}"
    rf"|(?:muchas )?gracias|hola|buenos días|buenas tardes|vale|de acuerdo|{YES['es']})\s*[,.!:;—–-]+\s*"
    rf"|(?:ありがとう(?:ございます)?|こんにちは|{YES['ja']}|{NO['ja']})[、。！!]+\s*)",
    re.IGNORECASE,
)
"""What may stand before a question."""


def _nth(language: str, more: dict[int, str]) -> tuple[tuple[int, str], ...]:
    """Return the ordinals up to six, from 0, as alternatives; -1 is the last one."""
    words: dict[int, list[str]] = {}
    for word, value in ORDINALS[language].items():
        words.setdefault(value, []).append(word)
    return tuple((index, "|".join((*words.get(index + 1, ()), more[index]))) for index in (0, 1, 2, 3, 4, 5, -1))


_ORDINALS: tuple[tuple[str, tuple[tuple[int, str], ...]], ...] = (
    (
        r"(?:and |but |ok |so )?(?:(?:what|how) about |tell me (?:more )?about |explain |what is |what's )?(?:the )?"
        r"(?:{})(?: (?:one|point|item|part|thing|field))?(?: please)?",
        _nth("en", {0: "1st", 1: "2nd|other", 2: "3rd", 3: "4th", 4: "5th", 5: "6th", -1: "last|final"}),
    ),
    (
        r"(?:et |mais )?(?:qu'en est-il (?:du |de )|parle[zs]?-moi (?:du |de )|explique[zs]? )?(?:le |la |l')?"
        r"(?:{})(?: (?:point|partie|chose|élément))?(?: s'il (?:vous|te) plaît)?",
        _nth("fr", {0: "1er|1re", 1: "2e|autre", 2: "3e", 3: "4e", 4: "5e", 5: "6e", -1: "derni(?:er|ère)"}),
    ),
    (
        r"(?:y |pero )?(?:qué hay (?:del? )|qué tal |háblame (?:del? )|explica )?(?:el |la )?"
        r"(?:{})(?: (?:punto|parte|cosa|elemento))?(?: por favor)?",
        _nth("es", {0: "1º", 1: "2º|otr[oa]", 2: "3º", 3: "4º", 4: "5º", 5: "6º", -1: "últim[oa]"}),
    ),
    (
        r"(?:では|じゃあ|それでは)?\s*(?:{})(?:つ目|番目|目|つめ)?(?:のもの)?(?:は|について(?:は)?)?",
        ((0, "一|1|最初"), (1, "二|2"), (2, "三|3"), (3, "四|4"), (-1, "最後")),
    ),
)
NTH: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (index, re.compile(pattern.format(words))) for pattern, ordinals in _ORDINALS for index, words in ordinals
)
"""Patterns of a turn that asks for one of several, with its place from 0; -1 for the last."""


def bare(text: str) -> str:
    """Return a message in lower case without punctuation and emoji at its ends and doubled blanks."""
    kept = re.sub(r"[^\w\s'’-]", " ", text.lower().replace("’", "'"))
    return re.sub(r"\s+", " ", kept).strip(" -_")


def social(words: str) -> tuple[Social, str] | None:
    """Return what kind of small talk a bare message is, and in which language; None for none."""
    found = ((kind, language_in(words, patterns)) for kind, patterns in SOCIAL.items())
    return next(((kind, language) for kind, language in found if language), None)


def language_in(words: str, patterns: dict[str, str]) -> str:
    """Return the first language whose pattern matches a bare message as a whole, or ""."""
    return next((language for language, pattern in patterns.items() if re.fullmatch(pattern, words)), "")
