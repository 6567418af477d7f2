"""Units and currencies beside a number, each with the factor to its dimension's own unit."""

from __future__ import annotations

import re

UNITS: dict[str, tuple[str, float]] = {}
"""Surface form → (canonical unit, factor to it). Units of one dimension share the canonical name."""


def _unit(canonical: str, forms: str, factor: float = 1.0) -> None:
    UNITS.update(dict.fromkeys(forms.split(), (canonical, factor)))


_unit("%", "% percent percentage パーセント procent prozent procenta pct ٪")
_unit("point", "percentage-points pp")
_unit("%", "割", 10)
_unit("usd", "$ us$ usd dollar dollars ドル 美元 달러 dólares доллар доллара долларов")
_unit("eur", "€ eur euro euros ユーロ 欧元")
_unit("gbp", "£ gbp")
_unit("jpy", "¥ jpy yen 円 日元")
_unit("inr", "₹ inr rupee rupees")
_unit("krw", "₩ krw won 원")
_unit("cny", "cny rmb yuan 元 人民元")
_unit("second", "second seconds sec secs 秒 秒間")
_unit("second", "minute minutes min mins 分 分間", 60)
_unit("second", "hour hours hr hrs 時間 小时 시간", 3600)
_unit("second", "day days 日間", 86400)
_unit("second", "week weeks 週 週間", 604800)
_unit("month", "month months ヶ月 か月 カ月 個月 个月 개월")
_unit("month", "year years yr yrs 年間 年", 12)
_unit("metre", "metre metres meter meters m メートル 米")
_unit("metre", "kilometre kilometres kilometer kilometers km キロメートル キロ", 1000)
_unit("metre", "centimetre centimetres centimeter centimeters cm", 0.01)
_unit("metre", "millimetre millimetres millimeter millimeters mm", 0.001)
_unit("foot", "foot feet ft")
_unit("foot", "mile miles mi", 5280)
_unit("foot", "inch inches", 1 / 12)
_unit("gram", "gram grams g")
_unit("gram", "kilogram kilograms kg kilo kilos", 1000)
_unit("gram", "milligram milligrams mg", 0.001)
_unit("gram", "ton tons tonne tonnes トン", 1e6)
_unit("pound", "pound pounds lb lbs")
_unit("celsius", "°c ℃")
_unit("fahrenheit", "°f")
_unit("degree", "° degree degrees 度")
_unit("litre", "litre litres liter liters l")
_unit("litre", "millilitre millilitres milliliter milliliters ml", 0.001)
_unit("byte", "byte bytes")
_unit("byte", "kb", 1e3)
_unit("byte", "mb", 1e6)
_unit("byte", "gb", 1e9)
_unit("byte", "tb", 1e12)
_unit("watt", "w kw mw gw", 1)
UNITS |= {"kw": ("watt", 1e3), "mw": ("watt", 1e6), "gw": ("watt", 1e9)}
_unit("hertz", "hz", 1)
UNITS |= {"khz": ("hertz", 1e3), "mhz": ("hertz", 1e6), "ghz": ("hertz", 1e9)}
_unit("acre", "acre acres")
_unit("hectare", "hectare hectares ha")
_unit("person", "人 명 名")
_unit("country", "か国 カ国 ヶ国")

UNIT_AFTER = re.compile(
    r"\s?-?\s?(" + "|".join(re.escape(u) for u in sorted(UNITS, key=len, reverse=True) if len(u) > 1 or not u.isalpha() or u in "lgmw")
    + r"|per cent|percentage points?|us dollars?|円|元|分|秒|年|週|度|割|米|人|名)(?![a-z])"
)  # fmt: skip
CURRENCY_BEFORE = re.compile(r"(us\s?\$|[acn]z?\$|hk\$|\$|€|£|¥|₹|₩|\busd|\beur|\bgbp|\bjpy)\s?$")
