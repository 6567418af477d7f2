"""How many questions that need two searches are answered rightly: "How old is the man who signed it?"

    python -m evals.two_hops [--half seen|kept] [--show]

Fifty-nine questions over twelve documents written for them, among the forty of `worked_out_documents.py`. All were
written before the code; of the half that is kept aside only the figures are looked at.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from evals.worked_out import HALVES, OUTCOMES, Asked, Outcome, judged, shown
from evals.worked_out_documents import write

if TYPE_CHECKING:
    from bot.answer import Answer

DOCUMENTS = {
    "mill-purchase.md": (
        "# Purchase of the Old Mill\n\nThe Old Mill was sold by Wendel Holdings to the Harbour Trust for 3.4 "
        "million euros. Karl Brenner signed the purchase agreement on 12 May 2021 in Lunden. The mill has stood "
        "empty since 2009.\n"
    ),
    "people.md": (
        "# People\n\nKarl Brenner was born in Graz on 3 March 1968. He studied law in Vienna and lives in Tarn.\n\n"
        "Amira Nasser was born in Port Said in 1979. She joined the Trust in 2014 and earns 88,000 euros a "
        "year.\n\nOlena Marchuk was born in Lviv on 21 November 1985. She studied hydrology in Delft.\n\nTomas Reyle "
        "worked as a ship's carpenter before he became harbour master. He has two daughters.\n\nSigrid Aalto lives "
        "in Turku.\n"
    ),
    "tidewater.md": (
        "# Tidewater\n\nAmira Nasser leads the Tidewater project. Tidewater has a budget of 740,000 euros. It "
        "began in January 2024 and ends in October 2026. Its sponsor is the Baltic Fund.\n"
    ),
    "lantern.md": (
        "# Lantern\n\nThe Lantern project renews the lamps of the quay. Olena Marchuk leads Lantern. Its budget is "
        "95,000 euros. The lamps were made by Solvik in Bergen.\n"
    ),
    "flood-report.md": (
        "# Report on the flood of 2023\n\nThis report was written by Olena Marchuk for the council. The flood of "
        "2023 damaged 41 houses. The damage came to 2.7 million euros.\n"
    ),
    "lighthouse.md": (
        "# The lighthouse\n\nThe lighthouse of Cape Serin was designed by Henrik Dahl and opened in 1911. It is 38 "
        "metres tall.\n\n## Its architect\n\nHenrik Dahl was born in Aarhus in 1869 and died in 1934. He is buried "
        "in Tarn.\n"
    ),
    "companies.md": (
        "# Companies\n\nSolvik was founded in 1952 and has 310 employees. Its headquarters are in Bergen.\n\nWendel "
        "Holdings has its seat in Zurich. Its chief executive is Beatrix Wendel.\n\nThe Baltic Fund gave away 12 "
        "million euros in 2024. It was founded in Riga.\n\nDeltacom supplies the radios of the harbour. Deltacom "
        "has 64 employees.\n"
    ),
    "wendel.md": (
        "# Portrait\n\nBeatrix Wendel took over the company from her father in 1998. She was born in 1961. She "
        "collects clocks.\n"
    ),
    "ferry.md": (
        "# The ferry\n\nThe ferry Marigold was built by the Anker yard in 1987. It carries 220 passengers. Its "
        "captain is Tomas Reyle.\n\nThe Anker yard closed in 2003. It stood in Kiel.\n"
    ),
    "minutes-prize.md": (
        "# Minutes of the jury\n\nThe Quay Prize of 2024 went to Sigrid Aalto for her novel The Salt Year. The "
        "prize is worth 15,000 euros. The novel The Salt Year has 412 pages and was published by Norra in "
        "Turku.\n"
    ),
    "two-signatures.md": (
        "# Loan\n\nThe loan was signed by Petra Holl for the bank and by Uwe Lang for the Trust. Petra Holl was "
        "born in 1970. Uwe Lang was born in 1958.\n"
    ),
    "club.md": ("# Rowing club\n\nThe rowing club was founded by Jorun Vik in 1931. The club has 85 members.\n"),
}

# half, kind, question, what the answer must hold ("" where nothing says it)
_QUESTIONS = (
    ("seen", "who", "How old is the man who signed the purchase agreement?", "Karl Brenner;3 March 1968"),
    ("kept", "who", "Where was the man who signed the purchase agreement born?", "Karl Brenner;Graz"),
    ("seen", "who", "Where did the man who signed the purchase agreement of the Old Mill study?",
     "Karl Brenner;Vienna"),
    ("kept", "who", "Where does the person who signed the purchase agreement live?", "Karl Brenner;Tarn"),
    ("seen", "who", "What is the salary of the woman who leads Tidewater?", "Amira Nasser;88,000"),
    ("kept", "who", "When did the woman who leads the Tidewater project join the Trust?", "Amira Nasser;2014"),
    ("seen", "who", "Where was the person who leads Lantern born?", "Olena Marchuk;Lviv"),
    ("kept", "who", "What did the person who leads the Lantern project study?", "Olena Marchuk;hydrology"),
    ("seen", "that", "What is the budget of the project that Amira Nasser leads?", "Tidewater;740,000"),
    ("kept", "that", "What is the budget of the project that Olena Marchuk leads?", "Lantern;95,000"),
    ("seen", "that", "When does the project that Amira Nasser leads end?", "Tidewater;October 2026"),
    ("kept", "that", "Who sponsors the project that Amira Nasser leads?", "Tidewater;Baltic Fund"),
    ("seen", "that", "How many employees does the company that made the lamps of the quay have?", "Solvik;310"),
    ("kept", "that", "When was the company that made the lamps of the quay founded?", "Solvik;1952"),
    ("seen", "that", "Where is the seat of the company that sold the Old Mill?", "Wendel Holdings;Zurich"),
    ("kept", "that", "Who is the chief executive of the company that sold the Old Mill?", "Wendel;Beatrix Wendel"),
    ("seen", "that", "When did the yard that built the ferry Marigold close?", "Anker;2003"),
    ("kept", "that", "Where did the yard that built the ferry Marigold stand?", "Anker;Kiel"),
    ("seen", "that", "How many pages does the novel that won the Quay Prize of 2024 have?", "Salt Year;412"),
    ("kept", "who", "Where does the writer who won the Quay Prize of 2024 live?", "Sigrid Aalto;Turku"),
    ("seen", "that", "How many employees does the company that supplies the radios of the harbour have?",
     "Deltacom;64"),
    ("seen", "role", "Where was the author of the report on the flood of 2023 born?", "Olena Marchuk;Lviv"),
    ("kept", "role", "What did the author of the report on the flood of 2023 study?", "Olena Marchuk;hydrology"),
    ("seen", "role", "When did the architect of the lighthouse of Cape Serin die?", "Henrik Dahl;1934"),
    ("kept", "role", "Where is the architect of the lighthouse of Cape Serin buried?", "Henrik Dahl;Tarn"),
    ("seen", "role", "When was the chief executive of Wendel Holdings born?", "Beatrix Wendel;1961"),
    ("kept", "role", "What does the chief executive of Wendel Holdings collect?", "Beatrix Wendel;clocks"),
    ("seen", "role", "How many daughters does the captain of the ferry Marigold have?", "Tomas Reyle;two daughters"),
    ("kept", "role", "What did the captain of the ferry Marigold work as before?", "Tomas Reyle;carpenter"),
    ("seen", "role", "How much did the sponsor of Tidewater give away in 2024?", "Baltic Fund;12 million"),
    ("kept", "role", "Where was the sponsor of Tidewater founded?", "Baltic Fund;Riga"),
    ("seen", "by", "How many employees does the company founded in 1952 have?", "310"),
    ("kept", "by", "How old is the report's author?", "Olena Marchuk;21 November 1985"),
    ("seen", "age", "How old was Karl Brenner when he signed the purchase agreement?", "53;12 May 2021;3 March 1968"),
    ("kept", "age", "How old was Karl Brenner on 2 March 2020?", "51;3 March 1968"),
    ("seen", "age", "How old was Henrik Dahl when he died?", "1934;1869"),
    ("kept", "age", "How old is Olena Marchuk?", "21 November 1985"),
    ("seen", "direct", "Who designed the lighthouse that opened in 1911?", "Henrik Dahl"),
    ("kept", "direct", "How tall is the lighthouse that Henrik Dahl designed?", "38 metres"),
    ("seen", "direct", "What is the prize that went to Sigrid Aalto worth?", "15,000"),
    ("kept", "direct", "How many passengers does the ferry that was built by the Anker yard carry?", "220"),
    ("seen", "direct", "What did the flood that the report describes cost?", "2.7 million"),
    ("kept", "direct", "How many houses did the flood of 2023 damage?", "41"),
    ("seen", "second missing", "Where was the founder of the rowing club born?", ""),
    ("kept", "second missing", "How old is the founder of the rowing club?", ""),
    ("seen", "second missing", "What is the salary of the man who signed the purchase agreement?", ""),
    ("kept", "second missing", "How many children does the woman who leads Tidewater have?", ""),
    ("seen", "second missing", "When did the author of the report on the flood of 2023 marry?", ""),
    ("kept", "second missing", "What is the phone number of the captain of the ferry Marigold?", ""),
    ("seen", "second missing", "When was the company that supplies the radios of the harbour founded?", ""),
    ("kept", "second missing", "How many pages does the report that Olena Marchuk wrote have?", ""),
    ("seen", "first missing", "Where was the man who painted the town hall born?", ""),
    ("kept", "first missing", "What is the budget of the project that Tomas Reyle leads?", ""),
    ("seen", "first missing", "How old is the mayor of Tarn?", ""),
    ("kept", "first missing", "When was the author of the report on the drought of 2018 born?", ""),
    ("seen", "first missing", "Where does the woman who founded Deltacom live?", ""),
    ("kept", "first missing", "How many employees does the company that built the bridge have?", ""),
    ("seen", "two meant", "How old is the person who signed the loan?", ""),
    ("kept", "two meant", "When was the person who signed the loan born?", ""),
)  # fmt: skip


def main() -> None:
    """Print a line for each kind, and one for each half."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--half", choices=HALVES)
    parser.add_argument("--show", action="store_true", help="what is not right of the half that may be looked at")
    options = parser.parse_args()
    outcomes: dict[str, Counter[tuple[str, Outcome]]] = {half: Counter() for half in HALVES}
    for asked, answer in answers(options.half):
        outcome = judged(asked, answer)
        outcomes[asked.half][asked.kind, outcome] += 1
        if options.show and asked.half == "seen" and outcome != "right":
            print(f"{outcome}: {asked.question}\n    {shown(answer)[:300]!r}\n    wanted {asked.holds}", flush=True)
    for half, counted in outcomes.items():
        for kind in sorted({kind for kind, _ in counted}):
            print(f"  {half} {kind}: " + ", ".join(f"{counted[kind, outcome]} {outcome}" for outcome in OUTCOMES))
        if counted:
            whole = {outcome: sum(n for (_, o), n in counted.items() if o == outcome) for outcome in OUTCOMES}
            print(f"{half}: " + ", ".join(f"{count} {outcome}" for outcome, count in whole.items()))


def questions() -> list[Asked]:
    """Return all questions."""
    return [
        Asked(half, kind, question, tuple(filter(None, holds.split(";")))) for half, kind, question, holds in _QUESTIONS
    ]


def answers(half: str | None = None) -> list[tuple[Asked, Answer]]:
    """Ask the questions of a half, or all, of a library made for it."""
    from bot.ask import Bot
    from bot.settings.settings import Settings
    from ingest.sync import sync
    from vectorstore.library import Library

    with tempfile.TemporaryDirectory() as folder:
        documents = Path(folder, "documents")
        documents.mkdir()
        write(documents)
        for name, text in DOCUMENTS.items():
            (documents / name).write_text(text, encoding="utf-8")
        with Library.open(Path(folder, "library"), create=True) as library:
            sync(library, [documents])
            with Bot(library, settings=Settings()) as bot:
                return [(asked, bot.ask(asked.question)) for asked in questions() if half in (None, asked.half)]


if __name__ == "__main__":
    main()
