"""How long a survey takes: 500 leases of two pages, three questions of each.

    python bench/survey_speed.py [--documents 500] [--folder DIR] [--json FILE]

The leases are made here: clauses in several wordings, with dates, amounts and people of their own; every fifth one
does not say when it ends. Each is read as a file would be, with the real models. Reported are the seconds of the
survey, how many cells are right (the date, the amount, the tenant that were written), and, with `--alone N`, whether
N of the cells are what the question answers when it is asked of that document by itself.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot import Bot
from bot.survey.survey import from_answer, survey
from ingest.splitting.split import split
from vectorstore.document import Document
from vectorstore.library import Library
from vectorstore.passage import Filter

QUESTIONS = ("When does the lease end?", "What is the monthly rent?", "Who is the tenant?")
SILENT = 5
"""Every so many-th lease does not say when it ends."""
FIRST = "Amir Petra Jonas Lena Tomas Ingrid Rafael Mina Oskar Yusuf Clara Emil Greta Nadia Pavel".split()
LAST = "Nasser Vogel Lindqvist Okafor Brandt Moreau Kovac Tanaka Silva Novak Hansen Weber Rossi Dubois Marsh".split()
TOWNS = "Tarn Hollow Brook Eastmere Wyvern Colby Marlow Penrith Ashby Denholm".split()
ENDS = (
    "This lease ends on {end}.",
    "The term begins on {begin} and ends on {end}, unless it is ended earlier under clause 9.",
    "The lease expires on {end} without notice.",
    "It is agreed that the lease shall end on {end}.",
)
RENTS = (
    "The monthly rent is {rent:,} EUR, payable in advance.",
    "The tenant pays a monthly rent of {rent:,} EUR by the third working day.",
    "Rent of {rent:,} EUR a month is due on the first day of each month.",
)
TENANTS = (
    "The tenant is {tenant}.",
    "The landlord lets the flat to {tenant} (the tenant).",
    "{tenant}, called the tenant below, takes the flat as it stands.",
)
FILLER = (
    "The flat lies on the {floor} floor and has {rooms} rooms, a kitchen and a bath.",
    "The landlord keeps the roof, the stairs and the heating in repair.",
    "Small repairs up to {small} EUR each are paid by whoever lives in the flat.",
    "Pets other than small ones in cages need the landlord's consent in writing.",
    "The cellar room with the number {floor} belongs to the flat.",
    "Heating costs are settled once a year by the meters on each radiator.",
    "Windows are to be opened twice a day in the cold months, so that no damp sets in.",
    "The deposit of {deposit:,} EUR is kept in an account of its own and bears interest.",
    "Bicycles stand in the yard and not in the hall.",
    "Either side may ask for a record of the state of the flat when it is handed over.",
    "Subletting needs the consent of the landlord, who may refuse it for good reason only.",
    "The house rules hang in the hall and are part of this agreement.",
    "Keys that are lost are to be reported at once and are replaced at cost.",
    "Should a clause not hold, the others stand.",
    "Letters are sent to the address of the flat, and to the landlord at {street} {number}.",
    "The garden is shared by all who live in the house.",
    "Smoke alarms are tested by the landlord every year.",
    "Notice is given in writing, three months before the end of a quarter.",
    "Changes to this agreement are made in writing.",
    "The washing machine in the basement may be used between 7 and 21 o'clock.",
)
HEADINGS = ("The flat", "Use", "Costs", "Repairs", "Notice", "Closing terms")


@dataclass(frozen=True, slots=True)
class Lease:
    """One lease and what it says.

    Attributes:
        text: Its text, in Markdown.
        end: "2027-02-28", or "" where it does not say.
        rent: In euros a month.
        tenant: A name.
    """

    text: str
    end: str
    rent: int
    tenant: str


def lease(number: int) -> Lease:
    """Return the lease with this number: always the same one."""
    drawn = random.Random(number)
    begin = date(2019, 1, 1) + timedelta(days=drawn.randrange(2000))
    end = begin + timedelta(days=drawn.randrange(400, 3000))
    rent, tenant = drawn.randrange(450, 4000, 5), f"{drawn.choice(FIRST)} {drawn.choice(LAST)}"
    words = {
        "begin": f"{begin.day} {begin:%B %Y}", "end": f"{end.day} {end:%B %Y}", "rent": rent, "tenant": tenant,
        "floor": drawn.choice(("first", "second", "third")), "rooms": drawn.randrange(1, 7),
        "small": drawn.randrange(50, 150), "deposit": 3 * rent, "street": drawn.choice(TOWNS) + " Road",
        "number": drawn.randrange(1, 200),
    }  # fmt: skip
    silent = number % SILENT == 0
    said = [drawn.choice(TENANTS), drawn.choice(RENTS), *([] if silent else [drawn.choice(ENDS)])]
    filler = drawn.sample(FILLER, len(FILLER)) + drawn.sample(FILLER, 6)
    parts = [f"# Lease {number}, {words['street']} {words['number']}"]
    for index, heading in enumerate(HEADINGS):
        lines = filler[index::6] + said[index::6]
        drawn.shuffle(lines)
        parts += [f"## {index + 1}. {heading}", " ".join(lines).format(**words)]
    return Lease("\n\n".join(parts) + "\n", "" if silent else end.isoformat(), rent, tenant)


def build(folder: Path, count: int) -> None:
    """Write a library of leases, unless the folder has one."""
    if folder.exists() and any(folder.iterdir()):
        return
    with Library.open(folder, create=True) as library:
        for first in range(0, count, 50):
            documents = [
                Document(
                    id=f"{number:016x}",
                    source=f"/leases/lease-{number:04}.md",
                    title=f"Lease {number}",
                    media_type="text/markdown",
                    text=lease(number).text,
                    sha256=f"{number}",
                    collection="leases",
                )
                for number in range(first, min(first + 50, count))
            ]
            library.add([(d, split(d.text, count_tokens=library.encoder.count_tokens)) for d in documents])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=500)
    parser.add_argument("--first", type=int, default=0, help="ask only so many of them; 0 for all")
    parser.add_argument("--alone", type=int, default=0, help="hold so many cells against asking each by itself")
    parser.add_argument("--folder", type=Path, help="keep the library here for the next run")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="footnote-survey-"))
    build(folder, options.documents)
    with Bot(folder) as bot:
        ids = tuple(f"{number:016x}" for number in range(options.first or options.documents))
        began, used = time.perf_counter(), time.process_time()
        found = survey(bot, QUESTIONS, filter=Filter(documents=ids))
        seconds, processor = time.perf_counter() - began, time.process_time() - used
        right = dict.fromkeys(QUESTIONS, 0)
        for row in found.rows:
            made = lease(int(row.document.id, 16))
            end, rent, tenant = row.cells
            right[QUESTIONS[0]] += (end.value.value if end.value else "") == made.end and end.says == bool(made.end)
            right[QUESTIONS[1]] += rent.value is not None and rent.value.value == made.rent
            right[QUESTIONS[2]] += made.tenant in tenant.words
        alike = 0
        drawn = random.Random(1).sample(range(len(found.rows)), min(options.alone, len(found.rows)))
        for index in drawn:
            row = found.rows[index]
            for cell in row.cells:
                alone = from_answer(cell.question, bot.ask(cell.question, filter=Filter(documents=(row.document.id,))))
                alike += (alone.words, alone.value, [c.quote for c in alone.citations]) == (
                    cell.words,
                    cell.value,
                    [c.quote for c in cell.citations],
                )
    result = {
        "documents": len(found.rows),
        "questions": len(QUESTIONS),
        "seconds": round(seconds, 1),
        "processor_seconds": round(processor, 1),
        "peak_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
        "right": right,
        "held_against_alone": len(drawn) * len(QUESTIONS),
        "alike": alike,
    }
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
