"""Names of languages in languages, and how an answer in one of them is asked for."""

from __future__ import annotations

import re

NAMES: dict[str, dict[str, str]] = {
    "Japanese": {"en": "japanese", "de": "japanisch", "fr": "japonais", "es": "japonés", "ja": "日本語"},
    "English": {"en": "english", "de": "englisch", "fr": "anglais", "es": "inglés", "ja": "英語", "zh": "英语"},
    "German": {"en": "german", "de": "deutsch", "fr": "allemand", "es": "alemán", "ja": "ドイツ語"},
    "French": {"en": "french", "de": "französisch", "fr": "français", "es": "francés", "ja": "フランス語"},
    "Spanish": {"en": "spanish", "de": "spanisch", "fr": "espagnol", "es": "español", "ja": "スペイン語"},
    "Italian": {"en": "italian", "de": "italienisch", "fr": "italien", "es": "italiano", "ja": "イタリア語"},
    "Portuguese": {
        "en": "portuguese", "de": "portugiesisch", "fr": "portugais", "es": "portugués", "pt": "português",
        "ja": "ポルトガル語",
    },
    "Chinese": {
        "en": "chinese|mandarin", "de": "chinesisch", "fr": "chinois", "es": "chino", "zh": "中文", "ja": "中国語",
    },
    "Korean": {"en": "korean", "de": "koreanisch", "fr": "coréen", "es": "coreano", "ko": "한국어", "ja": "韓国語"},
    "Russian": {"en": "russian", "de": "russisch", "fr": "russe", "es": "ruso", "ru": r"русск\w+", "ja": "ロシア語"},
    "Dutch": {
        "en": "dutch", "de": "niederländisch", "fr": "néerlandais", "es": "holandés|neerlandés", "nl": "nederlands",
    },
    "Arabic": {"en": "arabic", "de": "arabisch", "fr": "arabe", "es": "árabe", "ar": "العربية"},
}  # fmt: skip
"""The name that a prompt has → how it is called in other languages."""

_PLEASE = r"please|bitte|s'il (?:vous|te) plaît|por favor"
_ASKS = (
    rf"(?:(?:and|but|now|{_PLEASE}|can you|could you|answer|say|repeat|write|give"
    r"|répond(?:s|ez)|traduis(?:ez)?|responda?|traduce|traduzca)\s+)*"
)
_WHAT = r"(?:(?:it|that|this|me|le|la|ça|lo|eso)\s+)*(?:the answer\s+)?"
_INTO = r"(?:(?:translate|übersetze)\s+(?:it|that|this|das)\s+(?:to|into|ins?)|in|auf|en|au|al|to|into)\s+"
_AFTER = rf"(?:[\s,]+(?:{_PLEASE}|instead|then|again|now))*"
_AFTER_JA = (
    r"(?:で|に)(?:(?:答え|教え|説明し|書い|訳し|お願い)\w*)?(?:て)?"
    r"(?:ください|下さい|お願いします)?[。！!？?]*"
)
WISHES = {
    (name, spoken): re.compile(
        rf"(?:^|[\s,;、-]){_ASKS}{_WHAT}{_INTO}(?:{word}){_AFTER}\s*[?.!]*$"
        rf"|(?:^|[\s、,を])(?:{word}){_AFTER_JA}$",
        re.IGNORECASE,
    )
    for name, words in NAMES.items()
    for spoken, word in words.items()
}
"""A language and the one in which it is asked for → a pattern of the wish at the end of a message."""
CLEAR_WISH = re.compile(
    rf"^\s*[,;、を—-]|{_PLEASE}|answer|translate|übersetze|répond|traduis|respond|traduc|traduz|ください|お願い",
    re.IGNORECASE,
)
"""What a wish at the end of a longer message holds, unlike "Is it written in English?"."""
