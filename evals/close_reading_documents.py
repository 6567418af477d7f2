"""Made documents that look alike, over which `evals/close_reading.py` asks what must be read and not only found.

Written by hand, or from short templates, so that what each says is known: abstracts of studies, notes that speak of a
matter without saying what is asked, pairs in which another thing of nearly the same name says otherwise, reports of
four quarters, contracts of one form with many parties.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

ABSTRACTS = {
    "Standing desks and back pain": (
        "Low back pain is the most common reason for absence among office workers, and standing desks are widely "
        "sold as a remedy. This trial examined whether a standing desk lowers back pain over one year. In 14 "
        "offices, 412 employees were given either a desk of adjustable height or a fixed one. After twelve months "
        "pain scores had fallen by 0.3 points in the first group and by 0.2 in the second, a difference that was "
        "not significant. Days of sick leave did not differ. Employees with the new desks stood 54 minutes a day "
        "more than the others. We conclude that adjustable desks change habits but do not reduce back pain."
    ),
    "Bees in allotments": (
        "Urban gardens may offer food to pollinators where farmland no longer does. We asked whether allotments "
        "hold more species of wild bees than parks of the same size. Over two summers 61 allotments and 58 parks "
        "in Leeds and Bristol were surveyed. Allotments held a median of 19 species, parks 11. The number of "
        "flowering plants explained most of the difference, the use of pesticides none of it. Councils that wish "
        "to help bees should protect allotments before planting new parks."
    ),
    "A cheap test for kidney disease": (
        "Chronic kidney disease is often found late in rural clinics, where laboratories are far away. The aim of "
        "this study was to find out if a paper strip read by a telephone camera detects albumin in urine as well "
        "as the laboratory does. Samples of 1,038 patients in Malawi were tested both ways. The strip found 91 % "
        "of those whom the laboratory found and raised a false alarm in 12 %. A test cost 0.40 dollars. Nurses "
        "needed one hour of training. The strip is accurate enough for screening, not for deciding on treatment."
    ),
    "Night buses and crime": (
        "Night buses were introduced in Gothenburg on weekends in 2016. Critics feared that they would bring more "
        "crime to the suburbs. We compared police reports of four years before and four years after in districts "
        "with and without a stop. Reported thefts in districts with a stop rose by 1 %, those without one by 2 %; "
        "the difference can be chance. Assaults near bars in the centre fell by 17 %. Night buses did not carry "
        "crime to the suburbs."
    ),
    "Reading from screens": (
        "Pupils read more and more from screens. It is disputed if they understand less of it. In a crossover "
        "study 386 pupils of 12 years read four texts on paper and four on a tablet. They answered 68 % of the "
        "questions about texts on paper and 63 % about those on the tablet. The gap was larger under time "
        "pressure, and absent for stories. Pupils themselves believed that they had understood both equally well. "
        "Schools should give factual texts on paper when time is short."
    ),
    "Coffee and sleep in shift workers": (
        "Shift workers drink coffee to stay awake and may pay with shorter sleep. Eighty-four nurses wore sensors "
        "for six weeks. On days with more than three cups they slept 41 minutes less than on days with none. One "
        "or two cups made no difference to the length of sleep. The time of the last cup mattered less than the "
        "number of cups. A limit of two cups a shift seems a sensible advice."
    ),
    "Seagrass after dredging": (
        "Dredging of harbours clouds the water over seagrass. We followed 23 meadows for eight years after the "
        "port of Ardal was deepened in 2011. Nineteen meadows lost more than half of their area in the first two "
        "years. By 2019 sixteen of these had recovered fully; three, all within 400 metres of the channel, had "
        "not. Transplanting shoots, done in five meadows, did not speed up recovery. Distance from the channel "
        "was the best predictor."
    ),
    "Vitamin D and colds": (
        "It is often claimed that vitamin D prevents colds. We tested this in 2,190 adults in Finland from "
        "October to April. Half took 20 micrograms a day, half a placebo. The mean number of colds was 1.41 with "
        "vitamin D and 1.44 with placebo. Among those whose level had been low at the start, vitamin D lowered "
        "the number of colds from 1.9 to 1.4. No harm was seen. We do not recommend it to everybody."
    ),
    "Speech therapy by video": (
        "Families in remote regions wait long for speech therapy. This study compared therapy by video with "
        "visits in person for children who stutter. Of 96 children, 48 had sessions by video. After nine months "
        "29 of them and 30 of the others stuttered in less than 2 % of syllables. Parents who used video "
        "travelled 610 kilometres less. Three families gave up because their connection failed. Video is as "
        "effective as visits."
    ),
    "Green roofs and heat": (
        "Green roofs are promoted against heat in cities. Temperatures were measured under 40 roofs in Lyon in "
        "the summers of 2020 and 2021. Rooms below green roofs were 2.1 degrees cooler in the afternoon than "
        "those below bitumen. At night there was no difference. In the street in front of the houses the air was "
        "not cooler. White paint cooled the rooms by 1.8 degrees at a twentieth of the cost."
    ),
    "Four days of work": (
        "In 2022, 33 firms in Ireland tried a week of four days at full pay. We interviewed staff before, during "
        "and after. Output, as the firms measured it, did not fall in 29 of them. Resignations halved. In four "
        "firms, all with customers on the telephone, waiting times grew and the trial was stopped. Twenty-seven "
        "firms kept the shorter week after the trial."
    ),
    "Road salt in lakes": (
        "Salt that is spread on roads ends up in lakes. Chloride was measured in 129 lakes of Minnesota from 1996 "
        "to 2020. It rose in 94 lakes and fell in none. Lakes with a road within 200 metres had four times as "
        "much as others. Eleven lakes now exceed the limit for the protection of life in water. Brine in place of "
        "dry salt, which three counties use, halved the amount that was spread."
    ),
}

NOTES = {
    "The Calder viaduct": (
        "The Calder viaduct carries the railway over the valley on nineteen arches of yellow stone. It was "
        "designed by Honor Blakeley, who had learned her trade on canals. Stone came from the quarry at Ower, two "
        "miles upstream. The work was twice interrupted by floods, and the parish complained about the noise of "
        "the blasting. Trains cross it at forty miles an hour. In 1987 it was listed as a monument. Walkers like "
        "the path beneath it."
    ),
    "Maris pharmaceuticals moves": (
        "Maris Pharmaceuticals has announced that its laboratories will leave Basel. The new site near Ghent has "
        "room for growth, according to the chief executive, Jo Verbeke. Unions were told on the same morning as "
        "the press. Staff who do not wish to move will be offered a settlement. The canton expressed its regret. "
        "Analysts had expected such a step since the merger with Dovanta."
    ),
    "The orchestra's new hall": (
        "After nine years of planning the orchestra of Tromborg has a hall of its own. The architects hung the "
        "auditorium in springs so that the tram outside is not heard. Critics praised the strings and found the "
        "brass too loud. Seats are covered in green wool from local sheep. The mayor cut the ribbon in the rain. "
        "The first season opens with a symphony by Nielsen."
    ),
    "A comet for amateurs": (
        "The comet found by Aiko Tanabe in March can be seen with binoculars. It stands low in the west after "
        "sunset and moves towards the Lion. Its tail points away from the sun, as all tails do. Observers in the "
        "south have the better view. Moonlight will disturb the view in the second week. The comet will not come "
        "back in our lifetime."
    ),
    "Otters on the Tamble": (
        "Otters have come back to the river Tamble. Anglers saw the first tracks below the weir at Sexton's Mill. "
        "The river trust has since built four holts of logs and stones. Otters need clean water and fish, and "
        "both have become more frequent since the tannery closed. Cars remain the greatest danger to them. "
        "Schools count the tracks every spring."
    ),
    "The library of the abbey": (
        "The abbey of Sankt Veit keeps its books in a hall with a painted ceiling. Monks copied many of them by "
        "hand. A catalogue was begun by Father Anselm, who did not live to finish it. In the last war the most "
        "precious volumes were walled up in the cellar. Visitors wear felt slippers so as not to scratch the "
        "floor. The hall is heated only in January."
    ),
    "Ferry to Inis Garbh": (
        "The ferry to Inis Garbh leaves from the old pier. Crossings depend on wind and tide, and the skipper has "
        "the last word. Bicycles travel free of charge. There is a shop on the island, which also sells fuel. "
        "Dogs must be kept on a lead because of the sheep. The lighthouse, automatic since 1990, can be visited "
        "with the warden."
    ),
    "The strike at Corvex": (
        "Workers at the Corvex plant in Plauen stopped work on Tuesday. They build gearboxes for lorries. Their "
        "union wants the same wages as are paid in the western plants. The management called the strike "
        "irresponsible. A mediator, the former judge Ilse Kranz, has been asked to help. Customers have stocks "
        "for some weeks."
    ),
}

PAIRS = {
    "Norvik bridge": (
        "The Norvik bridge was opened in 1962. It is 640 metres long and is closed to lorries. Its engineer was "
        "Sigurd Holm. A toll of 40 crowns is taken in summer."
    ),
    "Nordvik bridge": (
        "The Nordvik bridge was opened in 1978. It is 910 metres long and open to all traffic. Its engineer was "
        "Tora Lind. Crossing it is free."
    ),
    "Model K20 pump": (
        "The K20 pump lifts 35 litres a minute to a height of 12 metres. It weighs 9 kilograms. The seal is to be "
        "changed every 2,000 hours. The guarantee runs for two years."
    ),
    "Model K200 pump": (
        "The K200 pump lifts 180 litres a minute to a height of 30 metres. It weighs 41 kilograms. The seal is to "
        "be changed every 1,200 hours. The guarantee runs for five years."
    ),
    "Anna Berg, painter": (
        "Anna Berg (1881-1949) was a painter of landscapes. She was born in Kiel and taught in Riga. Her largest "
        "work hangs in the town hall of Lund. She never married."
    ),
    "Anna Berger, botanist": (
        "Anna Berger (1902-1988) was a botanist. She was born in Graz and taught in Zagreb. She described eleven "
        "species of gentian. She had two sons."
    ),
    "Visitor visa": (
        "A visitor visa is valid for 90 days and cannot be extended. The fee is 60 euros. Holders may not work. "
        "Applications are decided within 15 days."
    ),
    "Student visa": (
        "A student visa is valid for one year and can be extended twice. The fee is 140 euros. Holders may work "
        "for 20 hours a week. Applications are decided within 8 weeks."
    ),
    "Lake Orra": (
        "Lake Orra lies 412 metres above the sea. It is 38 metres deep at its deepest place. Char and perch live "
        "in it. Motor boats are forbidden."
    ),
    "Lake Ora": (
        "Lake Ora lies 96 metres above the sea. It is 7 metres deep at its deepest place. Carp and pike live in "
        "it. Motor boats are allowed at weekends."
    ),
    "Helix 3 release notes": (
        "Helix 3 was released on 4 March 2023. It needs 2 GB of memory. Support ends on 31 December 2025. The "
        "default port is 8100."
    ),
    "Helix 4 release notes": (
        "Helix 4 was released on 18 September 2024. It needs 4 GB of memory. Support ends on 30 June 2028. The "
        "default port is 9100."
    ),
}

QUARTERS = ("first", "second", "third", "fourth")
COMPANIES = {
    # name: business, revenues, net incomes and employees of the four quarters of 2024, in that order
    "Ostrava Tools": ("hand tools", (212, 225, 219, 241), (14, 17, 15, 21), (3120, 3150, 3144, 3190)),
    "Pelham Foods": ("frozen vegetables", (96, 88, 91, 120), (6, 4, 5, 11), (870, 864, 901, 940)),
    "Quayside Shipping": ("coastal freight", (340, 331, 352, 327), (22, 18, 27, 16), (1510, 1498, 1502, 1477)),
}
EVENTS = {
    ("Ostrava Tools", 2): "In May the company opened a warehouse in Brno.",
    ("Ostrava Tools", 4): "In October the company bought its competitor Hammerfest Steel for 55 million euros.",
    ("Pelham Foods", 1): "A fire in the plant at Thirsk stopped production for nine days.",
    ("Pelham Foods", 3): "The board named Ruth Adeyemi chief executive from 1 September.",
    ("Quayside Shipping", 2): "Two ships were laid up for repairs in June.",
    ("Quayside Shipping", 3): "The company ordered three electric ferries from a yard in Gdansk.",
}

CONTRACTS = {
    # supplier: what, customer, signed, yearly fee, notice in months, liability up to, law
    "Alder Security": ("guarding", "Moorgate Museum", "3 May 2022", 84_000, 6, 250_000, "England"),
    "Bellweather Cleaning": ("cleaning", "Moorgate Museum", "19 January 2023", 31_500, 3, 50_000, "England"),
    "Crestline Hosting": ("hosting of the web site", "Halden University", "7 July 2021", 18_200, 12, 100_000, "Norway"),
    "Dunmore Catering": ("catering", "Halden University", "28 August 2023", 126_000, 4, 75_000, "Norway"),
    "Everly Lifts": ("maintenance of the lifts", "Saint Brice Hospital", "14 February 2020",
                     22_750, 9, 500_000, "France"),
    "Fontaine Laundry": ("laundry", "Saint Brice Hospital", "1 June 2024", 97_300, 2, 40_000, "France"),
    "Garrick Gardens": ("care of the grounds", "Moorgate Museum", "11 March 2024", 12_900, 1, 20_000, "Scotland"),
    "Hollin Software": ("licences and support", "Saint Brice Hospital", "23 November 2022",
                        64_400, 8, 300_000, "Ireland"),
}  # fmt: skip


def write(folder: Path) -> int:
    """Write all documents into a folder; return how many."""
    count = 0
    for name, text in documents():
        Path(folder, f"{name.lower().replace(' ', '-').replace(',', '')}.md").write_text(text, encoding="utf-8")
        count += 1
    return count


def documents() -> Iterator[tuple[str, str]]:
    """Yield name and Markdown text of each document."""
    for title, text in (*ABSTRACTS.items(), *NOTES.items(), *PAIRS.items()):
        yield title, f"# {title}\n\n{text}\n"
    for company in COMPANIES:
        for quarter in range(1, 5):
            yield f"{company} 2024 Q{quarter}", report(company, quarter)
    for supplier in CONTRACTS:
        yield f"Contract {supplier}", contract(supplier)


def report(company: str, quarter: int) -> str:
    """Return the report of a company for a quarter of 2024; the text itself hardly says whose it is."""
    business, revenues, incomes, staff = COMPANIES[company]
    now, before = revenues[quarter - 1], revenues[quarter - 2] if quarter > 1 else None
    against = f", after {before} million in the quarter before" if before else ""
    event = EVENTS.get((company, quarter), "Nothing else of note happened.")
    return (
        f"# {company}: report for the {QUARTERS[quarter - 1]} quarter of 2024\n\n"
        f"## Results\n\nRevenue from {business} came to {now} million euros{against}. Net income was "
        f"{incomes[quarter - 1]} million euros. No dividend is paid for single quarters.\n\n"
        f"## Staff\n\nAt the end of the period {staff[quarter - 1]:,} people were employed.\n\n"
        f"## Events\n\n{event}\n"
    )


def contract(supplier: str) -> str:
    """Return the contract of a supplier."""
    what, customer, signed, fee, notice, liability, law = CONTRACTS[supplier]
    return (
        f"# Contract for {what}\n\n"
        f"between {supplier} Ltd (the Supplier) and {customer} (the Customer), signed on {signed}.\n\n"
        f"## 1 Services\n\nThe Supplier provides {what} as the annex describes.\n\n"
        f"## 2 Fee\n\nThe Customer pays {fee:,} euros a year, in quarterly parts.\n\n"
        f"## 3 End\n\nEach party may end the contract with {notice} months' notice to the end of a quarter.\n\n"
        f"## 4 Liability\n\nThe Supplier is liable up to {liability:,} euros for each event.\n\n"
        f"## 5 Law\n\nThe law of {law} applies.\n"
    )
