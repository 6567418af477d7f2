"""Words by which a turn of a conversation is known, and what is said to those that are no question."""

from __future__ import annotations

import re


def _any(words: str) -> re.Pattern[str]:
    """Compile alternatives, one a line, into a pattern for a bare message."""
    return re.compile("|".join(line.strip() for line in words.strip().splitlines()))


GREETING = _any(r"""
(?:hello|hi|hey|hiya|howdy|greetings|yo)(?: (?:there|everyone|all|footnote|bot|again))?
good (?:morning|afternoon|evening|day)(?: (?:all|everyone|footnote))?
(?:(?:hello|hi|hey)(?: there)? )?how are you(?: (?:today|doing))?
hallo|guten (?:tag|morgen|abend)|moin|servus|bonjour|bonsoir|salut
hola|buenos d[ií]as|buenas(?: tardes| noches)?|ciao|olá|привет|здравствуйте
こんにちは|こんばんは|おはよう(?:ございます)?|やあ|はじめまして|你好|您好|안녕하세요
""")
_THANKS_BEFORE = r"(?:(?:ok|okay|great|perfect|super|cool|nice|wonderful|alright) )?(?:many |big )?"
_THANKS_AFTER = (
    r"(?: (?:a lot|so much|very much|a million|again|footnote|everyone"
    r"|for (?:that|this|your help|the help)))*"
)
_PRAISE = r"(?:great|perfect|super|cool|nice|wonderful|awesome|excellent|brilliant|good|very good|well done)"
THANKS = _any(rf"""
{_THANKS_BEFORE}(?:thanks|thank you|thank u|thx|ty|cheers){_THANKS_AFTER}
much appreciated|that helps(?: a lot)?|that is helpful|that's helpful|appreciate it
(?:that's |that is )?{_PRAISE}
danke(?: schön| sehr)?|vielen dank|merci(?: beaucoup)?|(?:muchas )?gracias|obrigad[oa]|grazie|спасибо
ありがとう(?:ございます|ございました)?|どうも(?:ありがとう(?:ございます)?)?|助かりました
谢谢|多谢|감사합니다
""")
FAREWELL = _any(r"""
(?:good)?bye(?: bye)?|goodbye|see you(?: later| soon)?|that's all(?: for (?:now|today))?
that is all|(?:i'm|i am) done|exit|quit
tschüss|auf wiedersehen|au revoir|adi[oó]s|さようなら|またね|再见
""")
YES = _any(r"""
yes(?: please)?|yep|yeah|yup|ok|okay|sure|right|correct|exactly|indeed|of course
i see|got it|understood|alright|fine
ja|oui|s[ií]|はい|ええ|そうです|わかりました|了解(?:です|しました)?|是|好的?|네
""")
NO = _any(r"""
no(?: thanks| thank you)?|nope|nah|not really|wrong|that's wrong|that is wrong
that's not (?:right|it|what i (?:meant|asked))
nein(?: danke)?|non(?: merci)?|no,? gracias|いいえ|違います|ちがう|不是?|아니요
""")
WHY = _any(r"""
(?:and |but |so )?why(?: is that| is this| so| not| that| exactly| though)?
how come|how so|what for|for what reason|why is it so
warum|wieso|weshalb|pourquoi|por qué|なぜ(?:ですか)?|どうして(?:ですか)?|なんで|为什么|왜
""")
NAMES_NOTHING = _any(r"""
(?:and |but |so )?really
(?:and |but |so )?(?:why|how) is (?:that|this|it)
""")
"""Turns beside "why?" that are about whatever the answer before them said."""

SMILE = re.compile(r"[:;=]-?[)]|\^_*\^")
SAD = re.compile(r"[:;=]'?-?[(/\\|]")
UNHAPPY = frozenset("👎😕🙁☹😞😟😠😡😢😭😒😩😤🤔🤨🤷💔❌🚫")
"""Smileys of signs, and emoji, by which a person says what words would: thanks, or that it was not right."""

PLEASANTRY = re.compile(
    r"(?:(?:ok(?:ay)?|great|perfect|super|cool|nice|alright|thanks(?: a lot| so much)?"
    r"|thank you(?: so much| very much)?|hello(?: there)?|hi(?: there)?|hey(?: there)?"
    r"|good (?:morning|afternoon|evening)|yes|no|sure|right|well)\s*[,.!:;—–-]+\s*"
    r"|(?:ありがとう(?:ございます)?|こんにちは|はい|いいえ)[、。！!]+\s*)",
    re.IGNORECASE,
)

_ORDINAL_WORDS: tuple[tuple[int, str], ...] = (
    (0, r"first|1st"),
    (1, r"second|2nd|other"),
    (2, r"third|3rd"),
    (3, r"fourth|4th"),
    (4, r"fifth|5th"),
    (5, r"sixth|6th"),
    (-1, r"last|final"),
)
_ORDINAL_WORDS_JA = ((0, "一|1|最初"), (1, "二|2"), (2, "三|3"), (3, "四|4"), (-1, "最後"))
_ORDINAL_BEFORE = (
    r"(?:and |but |ok |so )?(?:(?:what|how) about |tell me (?:more )?about |explain |what is |what's )?"
    r"(?:the )?"
)
_ORDINAL_AFTER = r"(?: (?:one|point|item|part|thing|field))?(?: please)?"
_ORDINAL_AFTER_JA = r"(?:つ目|番目|目|つめ)?(?:のもの)?(?:は|について(?:は)?)?"
ORDINALS: tuple[tuple[int, re.Pattern[str]], ...] = tuple(
    (index, re.compile(rf"{_ORDINAL_BEFORE}(?:{words}){_ORDINAL_AFTER}")) for index, words in _ORDINAL_WORDS
) + tuple(
    (index, re.compile(rf"(?:では|じゃあ|それでは)?\s*(?:{words}){_ORDINAL_AFTER_JA}"))
    for index, words in _ORDINAL_WORDS_JA
)

_NAMES = {
    "Japanese": r"japanese|japanisch|japonais|日本語",
    "English": r"english|englisch|anglais|inglés|英語|英语",
    "German": r"german|deutsch|allemand|alemán|ドイツ語",
    "French": r"french|französisch|français|francés|フランス語",
    "Spanish": r"spanish|spanisch|espagnol|español|スペイン語",
    "Italian": r"italian|italienisch|italien|italiano|イタリア語",
    "Portuguese": r"portuguese|portugiesisch|portugais|português|ポルトガル語",
    "Chinese": r"chinese|mandarin|chinesisch|chinois|chino|中文|中国語",
    "Korean": r"korean|koreanisch|coréen|coreano|한국어|韓国語",
    "Russian": r"russian|russisch|russe|ruso|русск\w+|ロシア語",
    "Dutch": r"dutch|niederländisch|néerlandais|holandés|nederlands",
    "Arabic": r"arabic|arabisch|arabe|árabe|العربية",
}
_ASKS = r"(?:(?:and|but|now|please|bitte|can you|could you|answer|say|repeat|write|give)\s+)*"
_WHAT = r"(?:(?:it|that|this|me)\s+)*(?:the answer\s+)?"
_INTO = r"(?:(?:translate|übersetze)\s+(?:it|that|this|das)\s+(?:to|into|ins?)|in|auf|en|to|into)\s+"
_PLEASE = r"(?:[\s,]+(?:please|bitte|s'il vous plaît|por favor|instead|then|again|now))*"
_PLEASE_JA = (
    r"(?:で|に)(?:(?:答え|教え|説明し|書い|訳し|お願い)\w*)?(?:て)?"
    r"(?:ください|下さい|お願いします)?[。！!？?]*"
)
LANGUAGES = {
    name: re.compile(
        rf"(?:^|[\s,;、-]){_ASKS}{_WHAT}{_INTO}(?:{words}){_PLEASE}\s*[?.!]*$"
        rf"|(?:^|[\s、,を])(?:{words}){_PLEASE_JA}$",
        re.IGNORECASE,
    )
    for name, words in _NAMES.items()
}
CLEAR_WISH = re.compile(
    r"^\s*[,;、を—-]|please|bitte|answer|translate|übersetze|s'il vous|por favor|ください|お願い",
    re.IGNORECASE,
)
"""What a wish for a language at the end of a longer message holds, unlike "Is it written in English?"."""

REPLIES: dict[str, dict[str, str]] = {
    "greeting": {
        "en": "Hello. Ask a question, and I will answer from your documents.",
        "de": "Hallo. Stellen Sie eine Frage, ich antworte aus Ihren Dokumenten.",
        "fr": "Bonjour. Posez une question, je réponds à partir de vos documents.",
        "es": "Hola. Haga una pregunta y responderé con sus documentos.",
        "ja": "こんにちは。ご質問をどうぞ。文書の中からお答えします。",
    },
    "thanks": {
        "en": "You're welcome.",
        "de": "Gern geschehen.",
        "fr": "Je vous en prie.",
        "es": "De nada.",
        "ja": "どういたしまして。",
    },
    "farewell": {
        "en": "Goodbye.",
        "de": "Auf Wiedersehen.",
        "fr": "Au revoir.",
        "es": "Adiós.",
        "ja": "さようなら。",
    },
    "yes": {
        "en": "Good. What else would you like to know?",
        "de": "Gut. Was möchten Sie noch wissen?",
        "fr": "Bien. Que voulez-vous savoir d'autre ?",
        "es": "Bien. ¿Qué más quiere saber?",
        "ja": "わかりました。ほかに知りたいことはありますか。",
    },
    "no": {
        "en": "Then ask in other words, or name the document that should hold the answer.",
        "de": "Dann fragen Sie mit anderen Worten oder nennen Sie das Dokument, das die Antwort enthält.",
        "fr": "Alors reformulez la question, ou nommez le document qui devrait y répondre.",
        "es": "Entonces pregunte con otras palabras o nombre el documento que debería tener la respuesta.",
        "ja": "では、別の言い方で質問するか、答えがあるはずの文書の名前を教えてください。",
    },
    "nothing": {
        "en": "There are no words in that. Ask a question, and I will answer from your documents.",
        "de": "Darin stehen keine Wörter. Stellen Sie eine Frage, ich antworte aus Ihren Dokumenten.",
        "fr": "Il n'y a pas de mots. Posez une question, je réponds à partir de vos documents.",
        "es": "No hay palabras. Haga una pregunta y responderé con sus documentos.",
        "ja": "言葉がありません。ご質問をどうぞ。文書の中からお答えします。",
    },
    "why": {
        "en": "Why what? Ask the whole question.",
        "de": "Warum was? Bitte stellen Sie die ganze Frage.",
        "fr": "Pourquoi quoi ? Posez la question entière.",
        "es": "¿Por qué qué? Haga la pregunta completa.",
        "ja": "何についてでしょうか。質問全体を書いてください。",
    },
    "no-language": {
        "en": "I quote the documents in their own words, so I cannot translate. With a chat model "
        "(`--model`), answers come in the language that you ask for.",
        "de": "Ich zitiere die Dokumente im Wortlaut und kann nicht übersetzen. Mit einem Chatmodell "
        "(`--model`) kommen Antworten in der gewünschten Sprache.",
        "fr": "Je cite les documents mot pour mot et ne peux donc pas traduire. Avec un modèle de chat "
        "(`--model`), les réponses viennent dans la langue demandée.",
        "es": "Cito los documentos palabra por palabra, así que no puedo traducir. Con un modelo de chat "
        "(`--model`), las respuestas llegan en el idioma que pida.",
        "ja": "文書をそのまま引用するため、翻訳はできません。チャットモデル（`--model`）を使うと、"
        "希望の言語で答えられます。",
    },
}


def bare(text: str) -> str:
    """Return a message in lower case without punctuation and emoji at its ends and doubled blanks."""
    kept = re.sub(r"[^\w\s'’-]", " ", text.lower().replace("’", "'"))
    return re.sub(r"\s+", " ", kept).strip(" -_")
