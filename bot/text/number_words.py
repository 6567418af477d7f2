"""Words for numbers, by language: what a word is worth, whether it counts, orders, parts or multiplies."""

from __future__ import annotations

from typing import Literal

Bound = Literal["", "about", "over", "under"]
"""How a number is hedged."""

UNDER_TWENTY = {
    word: value
    for value, word in enumerate(
        """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
        seventeen eighteen nineteen""".split()
    )
}
TENS = {
    word: 10 * value
    for value, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
FEW = tuple(word for word, value in UNDER_TWENTY.items() if 2 <= value <= 12)
"""Numbers that are usually written in words, as in "Name five of them"."""

ORDINALS: dict[str, dict[str, int]] = {
    "en": {
        word: value
        for value, word in enumerate(
            """first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
            fifteenth sixteenth seventeenth eighteenth nineteenth twentieth""".split(),
            start=1,
        )
    }
    | {word[:-1] + "ieth": value for word, value in TENS.items()},
    "fr": {
        "premier": 1, "première": 1, "deuxième": 2, "second": 2, "seconde": 2, "troisième": 3, "quatrième": 4,
        "cinquième": 5, "sixième": 6,
    },
    "es": {
        "primer": 1, "primero": 1, "primera": 1, "segundo": 2, "segunda": 2, "tercer": 3, "tercero": 3, "tercera": 3,
        "cuarto": 4, "cuarta": 4, "quinto": 5, "quinta": 5, "sexto": 6, "sexta": 6,
    },
}  # fmt: skip
FIRST_THREE = tuple(word for word, value in ORDINALS["en"].items() if value <= 3)

FRACTIONS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifths": 5, "fifth": 5, "sixths": 6,
    "eighths": 8, "tenths": 10, "tenth": 10,
}  # fmt: skip
MAGNITUDES: dict[str, dict[str, float]] = {
    "en": {
        "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0,
        "dozens": 12.0, "mn": 1e6, "mln": 1e6, "bn": 1e9, "tn": 1e12, "trn": 1e12, "lakh": 1e5, "lakhs": 1e5,
        "crore": 1e7, "crores": 1e7, "millions": 1e6, "billions": 1e9,
    },
    "de": {
        "hundert": 1e2, "tausend": 1e3, "millionen": 1e6, "milliarde": 1e9, "milliarden": 1e9, "mio": 1e6, "mrd": 1e9,
    },
    "nl": {"miljoen": 1e6, "miljard": 1e9},
    "fr": {"mille": 1e3, "millions": 1e6, "milliard": 1e9, "milliards": 1e9},
    "es": {"mil": 1e3, "millón": 1e6, "millones": 1e6},
    "it": {"mille": 1e3, "milioni": 1e6, "miliardi": 1e9},
    "pt": {"mil": 1e3, "milhão": 1e6, "milhões": 1e6, "bilhões": 1e9},
    "ro": {"milioane": 1e6, "miliarde": 1e9},
    "ru": {
        "тыс": 1e3, "тысяча": 1e3, "тысячи": 1e3, "тысяч": 1e3, "млн": 1e6, "миллион": 1e6, "миллиона": 1e6,
        "миллионов": 1e6, "млрд": 1e9, "миллиард": 1e9, "миллиарда": 1e9, "миллиардов": 1e9,
    },
    "tr": {"bin": 1e3, "milyon": 1e6, "milyar": 1e9},
    "el": {"εκατομμύρια": 1e6, "δισεκατομμύρια": 1e9},
    "ar": {"ألف": 1e3, "مليون": 1e6, "مليار": 1e9},
    "hi": {"लाख": 1e5, "करोड़": 1e7},
    "vi": {"nghìn": 1e3, "triệu": 1e6, "tỷ": 1e9},
}  # fmt: skip

KANJI_ONES = "一二三四五六七八九"
KANJI_DIGITS = {sign: value for value, sign in enumerate(f"〇{KANJI_ONES}")} | {"零": 0, "両": 2, "两": 2}
KANJI_TENS = {"十": 10, "百": 100, "千": 1000, "백": 100, "천": 1000}
KANJI_MAGNITUDES = {"万": 1e4, "萬": 1e4, "만": 1e4, "億": 1e8, "亿": 1e8, "억": 1e8, "兆": 1e12, "조": 1e12}
COUNTERS = "つ人年月日回個件社本台枚倍割円元歳週時分秒番位章条種名度点冊階校組世代か国カヶ県市町村色部%世個곳명"
"""What may follow a numeral that counts; else it is part of a word."""

BOUNDS_BEFORE: dict[Bound, str] = {
    "about": r"about|around|approximately|approx\.?|roughly|some|nearly|almost|circa|c\.|ca\.|~|estimated"
    r"|約|およそ|ほぼ|大约|近",
    "over": r"over|more than|at least|greater than|above|exceed(?:s|ed|ing)?|no (?:fewer|less) than|upwards of"
    r"|超过|至少",
    "under": r"under|less than|fewer than|at most|below|up to|no more than|not more than|a maximum of|最大|不到",
}
"""What hedges the number after it."""
BOUNDS_AFTER: dict[Bound, str] = {
    "over": r"or more|or higher|and over|以上|を超え|超|이상",
    "under": r"or less|or fewer|以下|未満|이하",
}
"""What hedges the number before it."""
