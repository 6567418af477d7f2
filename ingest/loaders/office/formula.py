"""Formulas of Office files (OMML) and of web pages (MathML) as one line of text: "(a + b)/2", "x^2"."""

from __future__ import annotations

from ingest.loaders.office.xml_tree import Element, name_of

MAX_DEPTH = 60

_SKIPPED = frozenset(
    ("rPr", "ctrlPr", "fPr", "sSupPr", "sSubPr", "sSubSupPr", "radPr", "naryPr", "dPr", "funcPr", "mPr")
)


def formula_text(element: Element, depth: int = 0) -> str:
    """Return a formula in linear form."""
    if depth > MAX_DEPTH:
        return ""
    name = name_of(element)
    if name in _SKIPPED:
        return ""
    parts = {name_of(item): item for item in element}

    def part(key: str) -> str:
        return formula_text(parts[key], depth + 1) if key in parts else ""

    match name:
        case "t" | "mi" | "mn" | "mo" | "mtext":
            return element.text or ""
        case "f":
            return f"{_group(part('num'))}/{_group(part('den'))}"
        case "sSup":
            return f"{part('e')}^{_group(part('sup'))}"
        case "sSub":
            return f"{part('e')}_{_group(part('sub'))}"
        case "sSubSup":
            return f"{part('e')}_{_group(part('sub'))}^{_group(part('sup'))}"
        case "rad":
            degree = part("deg").strip()
            return f"{f'root[{degree}]' if degree else '√'}({part('e')})"
        case "nary":
            sign = next((str(v) for e in element.iter() if name_of(e) == "chr" for v in e.attrib.values()), "∫")
            limits = (f"_{_group(part('sub'))}" if part("sub") else "") + (
                f"^{_group(part('sup'))}" if part("sup") else ""
            )
            return f"{sign}{limits} {part('e')}"
        case "d":
            inner = ", ".join(formula_text(item, depth + 1) for item in element if name_of(item) == "e")
            return f"({inner})"
        case "mfrac" | "msup" | "msub" if len(element) == 2:
            sign = {"mfrac": "/", "msup": "^", "msub": "_"}[name]
            first, second = (formula_text(item, depth + 1) for item in element)
            return f"{_group(first) if name == 'mfrac' else first}{sign}{_group(second)}"
        case "msqrt":
            return f"√({''.join(formula_text(item, depth + 1) for item in element)})"
    return "".join(formula_text(item, depth + 1) for item in element)


def _group(text: str) -> str:
    text = text.strip()
    return text if len(text) <= 1 or text.isalnum() else f"({text})"
