r"""LaTeX source as plain text: titles, paragraphs, lists, tables, footnotes; formulas as written.

Nothing is run and no file is included: \input and \include are named in a note. Formulas stay as
their authors wrote them, since that is what a reader of the source sees.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from ingest.document import Loaded, LoadOptions
from ingest.loaders.builder import TextBuilder, add_table
from ingest.reading.decode import decode

_COMMENT = re.compile(r"(?<!\\)((?:\\\\)*)%.*?(?:\n[ \t]*|$)")
_SECTION = re.compile(r"\\(part|chapter|(?:sub){0,2}section|(?:sub)?paragraph)\*?\s*(?:\[[^\]]*\])?\s*\{")
_LEVELS = {"part": 1, "chapter": 1, "section": 2, "subsection": 3, "subsubsection": 4, "paragraph": 5,
           "subparagraph": 6}  # fmt: skip
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)
_SPECIAL = re.compile(r"[$\\{}~]")
_BEGIN = re.compile(r"\\begin\s*\{([^{}]*)\}")
_MATH = frozenset(("equation", "align", "gather", "multline", "eqnarray", "displaymath", "math", "alignat", "flalign"))
_VERBATIM = frozenset(("verbatim", "lstlisting", "minted", "Verbatim", "alltt"))
_LISTS = frozenset(("itemize", "enumerate", "description"))
_TABLES = frozenset(("tabular", "tabularx", "longtable", "array", "tabulary", "tabu"))
_DROPPED = frozenset(("tikzpicture", "picture", "thebibliography-none", "comment", "filecontents", "pgfplots"))
_ACCENTS = {"'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304",
            ".": "\u0307", "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "d": "\u0323",
            "k": "\u0328", "r": "\u030a", "b": "\u0331"}  # fmt: skip
_ACCENT = re.compile(r"""\\(?:(['`^"~=.])\s*\{?\\?([A-Za-z])\}?|([uvHcdkrb])(?:\s*\{\\?([A-Za-z])\}|\s+([A-Za-z])))""")
_LETTERS = {
    "ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å",
    "l": "ł", "L": "Ł", "i": "i", "j": "j", "S": "§", "P": "¶", "copyright": "©", "pounds": "£",
    "ldots": "…", "dots": "…", "textellipsis": "…", "LaTeX": "LaTeX", "TeX": "TeX", "BibTeX": "BibTeX",
    "textbackslash": "\\", "textasciitilde": "~", "textbar": "|", "textendash": "–", "textemdash": "—",
    "textquoteright": "’", "textquoteleft": "‘", "euro": "€", "texteuro": "€", "textdegree": "°",
    "quad": " ", "qquad": " ", "space": " ", "newline": "\n", "linebreak": "\n", "par": "\n\n",
    "textregistered": "®", "texttrademark": "™", "dag": "†", "ddag": "‡", "slash": "/",
}  # fmt: skip
_NO_TEXT = frozenset(
    ("Cref", "DeclareMathOperator", "addbibresource", "addcontentsline", "addtocounter", "autocite",
     "autoref", "bibliography", "bibliographystyle", "captionsetup", "cite", "citealp", "citeauthor",
     "citep", "citet", "citeyear", "cline", "cmidrule", "color", "cref", "def", "definecolor",
     "documentclass", "eqref", "fontsize", "geometry", "glossary", "graphicspath", "hskip", "hspace",
     "hypersetup", "hyphenation", "include", "includegraphics", "index", "input", "label", "lstset",
     "markboth", "markright", "nameref", "newcommand", "newenvironment", "newtheorem", "nocite",
     "pagenumbering", "pageref", "pagestyle", "parencite", "pdfbookmark", "phantom", "providecommand",
     "ref", "renewcommand", "rule", "selectlanguage", "setcounter", "setlength", "textcite", "thispagestyle",
     "tikzset", "usepackage", "vskip", "vspace")
)  # fmt: skip
_SECOND = frozenset(("href", "textcolor", "colorbox", "multicolumn", "multirow", "parbox", "makebox", "raisebox"))
MAX_DEPTH = 20


def load(path: Path, options: LoadOptions) -> Loaded:  # noqa: ARG001
    """Read a LaTeX file."""
    decoded = decode(path.read_bytes())
    builder = TextBuilder("text/x-tex")
    for note in decoded.notes:
        builder.note(note)
    source = _COMMENT.sub(r"\1", decoded.text)
    if found := re.findall(r"\\(?:input|include|subfile)\s*\{([^{}]{1,200})\}", source):
        builder.note(f"Included files are not read with it; add them too: {', '.join(found[:8])}.")
    source = _expanded(_CITATION.sub("", source))
    builder.title = _argument_of(source, "title")
    begin = source.find("\\begin{document}")
    body = source[begin + 16 :] if begin >= 0 else source
    body = body.partition("\\end{document}")[0]
    if begin >= 0 and builder.title:
        builder.heading(builder.title, 1)
        builder.paragraph(_argument_of(source, "author"))
    _write(builder, body, 0)
    return builder.finish(title=builder.title)


_DEFINITION = re.compile(
    r"\\(?:(?:re|provide)?newcommand|providecommand|DeclareMathOperator|def|newenvironment|DeclareRobustCommand)\*?"
    r"\s*\{?\\?(?P<name>[A-Za-z@]+)\}?(?P<arguments>(?:\s*\[[^\]]*\])*|[#0-9]*)\s*(?=\{)"
)
_CITATION = re.compile(r"[~ ]\\(?:auto|foot|paren|text)?cite[pt]?\*?(?:\[[^\]]*\])*\{[^{}]*\}")
MAX_GROWTH = 2_000_000


def _expanded(source: str) -> str:
    """Return the source without definitions, with commands that stand for fixed words replaced."""
    words: dict[str, str] = {}
    takes: dict[str, tuple[int, str]] = {}
    pieces: list[str] = []
    position = 0
    while match := _DEFINITION.search(source, position):
        pieces.append(source[position : match.start()])
        body, position = _braced(source, match.end())
        if source[position : position + 1] == "{":  # an environment has a second part
            _, position = _braced(source, position)
        if not match["arguments"] and len(body) < 200 and match["name"] not in _LETTERS:
            words[match["name"]] = body
        elif (count := re.fullmatch(r"\s*\[([1-9])\]", match["arguments"])) and len(body) < 200:
            takes[match["name"]] = (int(count[1]), body)
    source = "".join([*pieces, source[position:]])
    if len(source) > MAX_GROWTH:
        return source
    if takes:
        source = _filled(source, takes)
    return re.sub(r"\\([A-Za-z@]+)", lambda m: words.get(m[1], m[0]), source) if words else source


def _filled(source: str, takes: dict[str, tuple[int, str]]) -> str:
    """Return the source with commands that take arguments replaced by their text, once over."""
    pieces: list[str] = []
    position = 0
    for match in re.finditer(r"\\([A-Za-z@]+)\s*(?=\{)", source):
        if match[1] not in takes or match.start() < position:
            continue
        pieces.append(source[position : match.start()])
        count, text = takes[match[1]]
        position = match.end()
        for number in range(1, count + 1):
            if source[position : position + 1] != "{":
                break
            argument, position = _braced(source, position)
            text = text.replace(f"#{number}", argument)
        pieces.append(f"{{{text}}}")
        if sum(map(len, pieces[-2:])) > MAX_GROWTH:
            break
    return "".join([*pieces, source[position:]])


def _argument_of(source: str, command: str) -> str:
    match = re.search(rf"\\{command}\s*(?:\[[^\]]*\])?\s*\{{", source)
    return plain(_braced(source, match.end() - 1)[0]) if match else ""


def _braced(text: str, start: int) -> tuple[str, int]:
    """Return what stands in the braces that open at `start`, and the offset behind them."""
    depth = 0
    for match in _BRACE.finditer(text, start):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if depth == 0:
                return text[start + 1 : match.start()], match.end()
    return text[start + 1 :], len(text)


def _write(builder: TextBuilder, text: str, depth: int) -> None:
    """Add paragraphs, headings and environments in order."""
    position = 0
    while position < len(text):
        begin, section = _BEGIN.search(text, position), _SECTION.search(text, position)
        following = min((m for m in (begin, section) if m), key=lambda m: m.start(), default=None)
        _paragraphs(builder, text[position : following.start() if following else len(text)])
        if following is None:
            return
        if following is section:
            words, position = _braced(text, following.end() - 1)
            builder.heading(plain(words), _LEVELS[following[1]])
            continue
        name = following[1].strip()
        inner, position = _environment(text, following.end(), name)
        _environment_text(builder, name.rstrip("*"), inner, depth)


def _environment(text: str, start: int, name: str) -> tuple[str, int]:
    """Return the content of an environment and the offset behind its end."""
    mark = re.compile(rf"\\(begin|end)\s*\{{{re.escape(name)}\}}")
    depth = 1
    for match in mark.finditer(text, start):
        depth += 1 if match[1] == "begin" else -1
        if depth == 0:
            return text[start : match.start()], match.end()
    return text[start:], len(text)


def _environment_text(builder: TextBuilder, name: str, inner: str, depth: int) -> None:
    if name in _DROPPED or depth > MAX_DEPTH:
        return
    if name in _MATH:
        builder.paragraph(re.sub(r"\\label\{[^{}]*\}", "", inner))
    elif name in _VERBATIM:
        builder.verbatim(re.sub(r"^(?:\[[^\]]*\])?(?:\{[^{}]*\})?", "", inner, count=1))
    elif name in _LISTS:
        _list(builder, inner, name, depth)
    elif name in _TABLES:
        _table(builder, inner)
    elif name == "thebibliography":
        for item in re.split(r"\\bibitem\s*(?:\[[^\]]*\])?\s*\{[^{}]*\}", inner)[1:]:
            builder.line(plain(item))
    else:
        if name == "abstract":
            builder.heading("Abstract", 2)
        _write(builder, re.sub(r"^\s*(?:\[[^\[\]]*\])*", "", inner, count=1), depth + 1)


def _list(builder: TextBuilder, inner: str, name: str, depth: int) -> None:
    parts = _items(inner)
    for number, (term, item) in enumerate(parts, start=1):
        begin = _BEGIN.search(item)
        words = plain(item[: begin.start()] if begin else item)
        label = f"{plain(term)}:" if name == "description" else f"{number}." if name == "enumerate" else "•"
        (builder.paragraph if number == 1 and depth == 0 else builder.line)(f"{label} {words}")
        if begin:
            _write(builder, item[begin.start() :], depth + 1)


def _items(inner: str) -> list[tuple[str, str]]:
    r"""Return (term, text) of each \item of this list, not of the lists inside it."""
    marks: list[tuple[int, int, str]] = []
    depth = 0
    for match in re.finditer(r"\\(begin|end)\s*\{[^{}]*\}|\\item\b\s*(?:\[([^\]]*)\])?", inner):
        if match[1]:
            depth += 1 if match[1] == "begin" else -1
        elif depth == 0:
            marks.append((match.start(), match.end(), match[2] or ""))
    ends = [start for start, _, _ in marks[1:]] + [len(inner)]
    return [(term, inner[start:end]) for (_, start, term), end in zip(marks, ends, strict=True)]


def _table(builder: TextBuilder, inner: str) -> None:
    inner = inner.lstrip()
    while inner[:1] in ("{", "["):  # the column specification
        inner = inner[_braced(inner, 0)[1] :] if inner[0] == "{" else inner.partition("]")[2]
        inner = inner.lstrip()
    inner = re.sub(r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|endfoot|centering)\b", "", inner)
    rows = [
        [plain(cell) for cell in re.split(r"(?<!\\)&", row)]
        for row in re.split(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline", inner)
        if row.strip()
    ]
    add_table(builder, rows, header=len(rows) > 1)


def _paragraphs(builder: TextBuilder, text: str) -> None:
    for paragraph in re.split(r"\n[ \t]*\n|\\par\b", text):
        notes: list[str] = []
        words = plain(paragraph, notes)
        builder.paragraph(words)
        for note in notes:
            builder.paragraph(f"Footnote: {note}")


def plain(text: str, notes: list[str] | None = None, depth: int = 0) -> str:
    """Return LaTeX as text: commands gone, accents and dashes as characters, formulas as they are."""
    if depth > MAX_DEPTH:
        return ""
    text = _ACCENT.sub(_accented, text)
    pieces: list[str] = []
    position = 0
    while position < len(text):
        character = text[position]
        if character == "$":
            end = text.find("$", position + (2 if text.startswith("$$", position) else 1))
            end = len(text) if end < 0 else end + (2 if text.startswith("$$", end) else 1)
            pieces.append(text[position:end])
            position = end
        elif character == "\\":
            position = _command(text, position, pieces, notes, depth)
        elif character in "{}":
            position += 1
        elif character == "~":
            pieces.append(" ")
            position += 1
        else:
            special = _SPECIAL.search(text, position)
            end = special.start() if special else len(text)
            pieces.append(_dashes(text[position:end]))
            position = end
    return re.sub(r"[ \t]*\n[ \t]*|[ \t]{2,}", " ", "".join(pieces)).strip()


def _dashes(text: str) -> str:
    return text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")


def _accented(match: re.Match[str]) -> str:
    accent = match[1] or match[3]
    letter = match[2] or match[4] or match[5]
    return unicodedata.normalize("NFC", letter + _ACCENTS[accent])


def _command(text: str, position: int, pieces: list[str], notes: list[str] | None, depth: int) -> int:
    """Handle the command at `position` and return the offset behind it."""
    match = re.compile(r"\\([a-zA-Z]+)\*?[ \t]*\n?[ \t]*|\\(.)", re.DOTALL).match(text, position)
    if not match:
        return position + 1
    name, sign = match[1], match[2]
    if sign is not None:
        if sign in "([":
            end = text.find("\\)" if sign == "(" else "\\]", position)
            end = len(text) if end < 0 else end + 2
            pieces.append(text[position:end])
            return end
        pieces.append({"\\": "\n", ",": " ", ";": " ", ":": " ", " ": " ", "-": "", "/": ""}.get(sign, sign))
        return match.end()
    after = match.end()
    if name in _LETTERS:
        pieces.append(_LETTERS[name] + (" " if text[after - 1 : after].isspace() and len(_LETTERS[name]) > 2 else ""))
        return after
    arguments: list[str] = []
    while after < len(text) and (text[after] == "{" or (text[after] == "[" and "]" in text[after : after + 300])):
        if text[after] == "{":
            inner, after = _braced(text, after)
            arguments.append(inner)
            if name not in _SECOND and name not in _NO_TEXT:
                break
        else:
            after = text.index("]", after) + 1
    if name in ("footnote", "thanks", "footnotetext"):
        if notes is not None and arguments:
            notes.append(plain(arguments[0], None, depth + 1))
    elif name not in _NO_TEXT and arguments:
        wanted = arguments[-1] if name in _SECOND else arguments[0]
        pieces.append(plain(wanted, notes, depth + 1))
    elif not arguments and text[after - 1 : after].isspace():
        pieces.append(" ")
    return after
