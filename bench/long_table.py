"""What a long table costs: how it is read, kept and asked.

    python -m bench.long_table [--rows 200000] [--folder DIR] [--json FILE]

A CSV of orders is made, ingested by the command line in a process of its own, and asked eight questions, warm, whose
answers are known from the rows that were made. Reported are processor and wall seconds and the peak of memory of the
ingest, the seconds of each question. Where others work on the machine too, processor seconds say more than wall.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from bot import Bot
from bot.settings.settings import Settings

COLUMNS = ("Order", "Date", "Region", "Customer", "Product", "Units", "Revenue")
REGIONS = ("North", "South", "East", "West")
FIRST = "Ada Ben Cleo Dan Eve Finn Gus Hana Ivo Jun Kai Lea Mia Nils Ola".split()
LAST = "Moss Reed Stone Field Brook Hill Marsh Wood Lake Dale".split()
PRODUCTS = "Lamp Desk Chair Shelf Rug Clock Vase Stool Bench Mirror".split()
FIRST_ORDER = 100_000
Row = Sequence[str]


def made_rows(count: int) -> list[Row]:
    """Return orders, the same each time."""
    draw = random.Random(5)
    begin = date(2020, 1, 1)
    return [
        (
            f"A-{FIRST_ORDER + i}", (begin + timedelta(days=draw.randrange(1800))).isoformat(), draw.choice(REGIONS),
            f"{draw.choice(FIRST)} {draw.choice(LAST)}", draw.choice(PRODUCTS), str(draw.randrange(1, 60)),
            f"{draw.uniform(10, 4000):.2f}",
        )
        for i in range(count)
    ]  # fmt: skip


def questions(rows: Sequence[Row]) -> Mapping[str, str]:
    """Return questions and what stands in the right answer to each."""
    revenues = [float(row[6]) for row in rows]
    south = sum(value for row, value in zip(rows, revenues, strict=True) if row[2] == "South")
    lamps = [v for row, v in zip(rows, revenues, strict=True) if row[2] == "West" and row[4] == "Lamp"]
    middle, last = rows[len(rows) // 2], rows[-1]
    return {
        "What is the total revenue of the South?": f"{south:,.2f}".rstrip("0"),
        "How many orders are there in the North?": f"{sum(row[2] == 'North' for row in rows):,}",
        "What is the highest revenue?": f"{max(revenues):g}",
        "What is the average revenue of lamps in the West?": f"{sum(lamps) / len(lamps):,.2f}".rstrip("0"),
        "What are the five highest revenues?": f"{sorted(revenues)[-5]:g}",
        f"What is the revenue of order {middle[0]}?": f"{float(middle[6]):g}",
        f"Who is the customer of order {last[0]}?": last[3],
        "How many units did Mia Moss order?": f"{sum(int(row[5]) for row in rows if row[3] == 'Mia Moss'):,}",
    }


def ingested(file: Path, library: Path) -> dict[str, float]:
    """Ingest a file in a process of its own; return what that took."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = "from bot.surfaces.cli.app import main; main()"
    subprocess.run(
        [sys.executable, "-c", command, "ingest", str(file), "--library", str(library)], check=True, stdout=sys.stderr
    )
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "processor_seconds": used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime,
        "wall_seconds": time.perf_counter() - began,
        "peak_megabytes": used.ru_maxrss / 1024,
        "library_megabytes": sum(path.stat().st_size for path in library.rglob("*") if path.is_file()) / 1e6,
    }


def asked(library: Path, expected: Mapping[str, str]) -> list[dict[str, object]]:
    """Ask each question twice, and tell of the second time, when what one process keeps is there."""
    found: list[dict[str, object]] = []
    with Bot(settings=Settings(library=str(library))) as bot:
        for question, right in expected.items():
            bot.ask(question)
            wall, processor = time.perf_counter(), time.process_time()
            answer = bot.ask(question)
            wall, processor = time.perf_counter() - wall, time.process_time() - processor
            verdict = "refused" if answer.abstained else "right" if right in answer.text else "wrong"
            found.append({"question": question, "verdict": verdict, "wall": wall, "processor": processor})
    return found


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--folder", type=Path, help="where the file and its library are kept; a temporary one")
    parser.add_argument("--json", type=Path, help="write the figures there too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        file, rows = folder / "orders.csv", made_rows(given.rows)
        with file.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([COLUMNS, *rows])
        ingest = ingested(file, folder / "library")
        answers = asked(folder / "library", questions(rows))
    print(f"{given.rows:,} rows, {file.name}: " + ", ".join(f"{name} {value:,.0f}" for name, value in ingest.items()))
    for answer in answers:
        seconds = f"{answer['wall']:.2f} s wall, {answer['processor']:.2f} s processor"
        print(f"{seconds}  {answer['verdict']}  {answer['question']}")
    if given.json:
        given.json.write_text(json.dumps({"rows": given.rows, "ingest": ingest, "questions": answers}, indent=1))


if __name__ == "__main__":
    main()
