"""Examples in the style of reports, contracts, lists, minutes, mails and abstracts, written by code.

Each writer makes a passage, a question that it answers, and questions or passages that are near and do not fit:
the wrong quarter, party or unit, a label that is not there, the background of a study instead of its result.
A row is (question, title, passage, answers, start, end, supports, kind), as `Example` in `data.py`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

Row = tuple[str, str, str, int, int, int, int, str]
COUNT = 520
"""Documents that each writer makes."""
COMPANIES = (
    "Acme",
    "Norwind",
    "Halden Foods",
    "Bluepeak",
    "Corvia",
    "Larkspur Energy",
    "Tessel",
    "Orbita",
    "Quill & Co",
    "Marlow Bank",
    "Vantara",
    "Steinbach",
    "Pinecrest Media",
    "Oakhurst",
    "Zenta Labs",
    "Kestrel Air",
)
PEOPLE = (
    "Anna Berg",
    "Tom Reyes",
    "Priya Nair",
    "Lukas Weber",
    "Sofia Marin",
    "James Okoro",
    "Mei Tan",
    "Olga Petrova",
    "Daniel Cruz",
    "Fatima Said",
    "Erik Lund",
    "Clara Novak",
    "Hugo Blanc",
    "Ines Costa",
    "Ravi Iyer",
    "Nora Walsh",
)
PLACES = (
    "Leeds",
    "Hamburg",
    "Lyon",
    "Porto",
    "Austin",
    "Osaka",
    "Nairobi",
    "Bergen",
    "Turin",
    "Denver",
    "Pune",
    "Gdansk",
)
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
MEASURES = (
    "revenue",
    "net income",
    "operating income",
    "gross margin",
    "research and development expense",
    "free cash flow",
    "capital expenditure",
    "total net sales",
    "inventory",
    "long-term debt",
    "headcount",
)
UNITS = (("million", "$"), ("million", "€"), ("billion", "$"), ("million", "£"))


def templates(chance: random.Random) -> Iterator[Row]:
    """Yield the rows of all writers."""
    writers: tuple[Callable[[random.Random], Iterator[Row]], ...] = (
        _report,
        _contract,
        _labels,
        _minutes,
        _mail,
        _abstract,
        _steps,
        _catalogue,
        _analysis,
    )
    for writer in writers:
        for _ in range(COUNT):
            yield from writer(chance)


def _right(question: str, title: str, passage: str, answer: str, kind: str) -> Row:
    start = passage.index(answer)
    return question, title, passage, 1, start, start + len(answer), -1, kind


def _wrong(question: str, title: str, passage: str, kind: str) -> Row:
    return question, title, passage, 0, -1, -1, -1, kind


def _with_supports(row: Row, supports: int) -> Row:
    return (*row[:6], supports, row[7])


def _amount(chance: random.Random) -> str:
    unit, sign = chance.choice(UNITS)
    number = chance.choice(
        [
            f"{chance.uniform(1, 99):.1f}",
            f"{chance.randint(1, 99)},{chance.randint(100, 999)}",
            str(chance.randint(2, 950)),
        ]
    )
    return f"{sign}{number} {unit}"


def _date(chance: random.Random) -> str:
    day, month, year = chance.randint(1, 28), chance.choice(MONTHS), chance.randint(2015, 2026)
    return chance.choice(
        [f"{day} {month} {year}", f"{month} {day}, {year}", f"{year}-{MONTHS.index(month) + 1:02d}-{day:02d}"]
    )


def _report(chance: random.Random) -> Iterator[Row]:
    company, rival = chance.sample(COMPANIES, 2)
    measure, other, absent = chance.sample(MEASURES, 3)
    quarter, wrong_quarter = chance.sample(["first", "second", "third", "fourth"], 2)
    short = {"first": "Q1", "second": "Q2", "third": "Q3", "fourth": "Q4"}
    year = chance.randint(2016, 2026)
    amount, second, before = _amount(chance), _amount(chance), _amount(chance)
    spoken = chance.choice([f"{quarter} quarter of {year}", f"{short[quarter]} {year}"])
    who = chance.choice([company, "The company", "We"])
    change = chance.choice(
        [
            "driven by higher volumes",
            "due to lower prices",
            "reflecting the acquisition closed last year",
            "mainly because of foreign exchange",
            "on stronger demand in Asia",
        ]
    )
    passage = chance.choice(
        [
            f"{who} reported {measure} of {amount} in the {spoken}, {change}. {other.capitalize()} was {second}.",
            f"In the {spoken}, {measure} came to {amount}, compared with {before} a year earlier, {change}. "
            f"{other.capitalize()} amounted to {second}.",
            f"{measure.capitalize()} for the {spoken} was {amount}. {other.capitalize()} was {second} in the "
            f"same period.",
            f"{measure.capitalize()} was {amount} in the quarter, {change}. {other.capitalize()} was {second}.",
        ]
    )
    title = chance.choice(
        [
            f"{company} quarterly report, {short[quarter]} {year}",
            f"{year} {short[quarter]} {company}",
            f"{year} {short[quarter]} {company} 10-Q",
            f"{company} {short[quarter]} {year} › Results of operations",
        ]
    )
    asked = chance.choice(
        [
            f"What was {company}'s {measure} in the {spoken}?",
            f"How high was {measure} at {company} in {spoken}?",
            f"What {measure} did {company} report for {short[quarter]} {year}?",
        ]
    )
    kind = "template_report"
    yield _right(asked, title if who != company or chance.random() < 0.5 else "", passage, amount, kind)
    near = chance.randint(0, 5)
    if near == 0:
        yield _wrong(asked, title.replace(company, rival), passage.replace(company, rival), kind)
    elif near == 1:
        wrong = passage.replace(quarter, wrong_quarter).replace(short[quarter], short[wrong_quarter])
        yield _wrong(asked, title.replace(short[quarter], short[wrong_quarter]), wrong, kind)
    elif near == 2:
        yield _wrong(asked, title.replace(str(year), str(year - 1)), passage.replace(str(year), str(year - 1)), kind)
    elif near == 3:
        yield _wrong(asked.replace(measure, absent), title, passage, kind)
    elif near == 4:
        yield _wrong(
            f"Why did {measure} change at {company} in {wrong_quarter} quarter {year - 2}?", title, passage, kind
        )
    else:
        yield _wrong(
            asked,
            title,
            f"The following table shows {measure} and {other} for the {spoken}. Amounts are unaudited "
            f"and should be read with the notes to the statements of {company}.",
            kind,
        )


def _contract(chance: random.Random) -> Iterator[Row]:
    first, second = chance.choice(
        [
            ("Landlord", "Tenant"),
            ("Buyer", "Seller"),
            ("Supplier", "Customer"),
            ("Licensor", "Licensee"),
            ("Lender", "Borrower"),
            ("Employer", "Employee"),
            ("Client", "Contractor"),
        ]
    )
    days, other_days = chance.sample(["10", "14", "30", "45", "60", "90", "180"], 2)
    place, money = chance.choice(PLACES), _amount(chance)
    clauses = [
        (
            f"{first} may terminate this Agreement by giving {days} days' written notice to {second}.",
            f"How much notice must the {first} give to terminate?",
            f"{days} days",
            f"How much notice must the {second} give to terminate?",
        ),
        (
            f"{second} shall pay each invoice within {days} days of receipt.",
            f"When must the {second} pay invoices?",
            f"within {days} days of receipt",
            "What interest is due on late invoices?",
        ),
        (
            f"The total liability of {first} under this Agreement shall not exceed {money}.",
            f"What is the {first}'s liability capped at?",
            money,
            f"What is the {second}'s liability capped at?",
        ),
        (
            f"This Agreement is governed by the laws of {place}, and its courts have exclusive jurisdiction.",
            "Which law governs the agreement?",
            f"the laws of {place}",
            "In what language is the agreement written?",
        ),
        (
            f"{second} shall keep Confidential Information secret for {other_days} months after termination.",
            "How long does confidentiality last after termination?",
            f"{other_days} months",
            f"How long must the {first} keep records?",
        ),
        (
            f"{first} shall bear the cost of repairs to the roof and the structure.",
            "Who pays for repairs to the roof?",
            first,
            "Who pays for the insurance?",
        ),
        (
            "Neither party may assign this Agreement without the prior written consent of the other.",
            "May a party assign the agreement without consent?",
            "without the prior written consent of the other",
            "May a party record calls without consent?",
        ),
        (
            f"The deposit of {money} is returned within {days} days after the end of the term.",
            "How much is the deposit?",
            money,
            "How much is the monthly rent?",
        ),
    ]
    clause, asked, answer, lacking = chance.choice(clauses)
    beside = chance.choice([c for c, *_ in clauses if c != clause])
    passage = chance.choice(
        [clause, f"{clause} {beside}", f"{beside} {clause}", f"{chance.randint(2, 19)}.{chance.randint(1, 9)} {clause}"]
    )
    title = chance.choice(["", f"{chance.choice(COMPANIES)} – agreement", "Term and termination", "General terms"])
    yield _right(asked, title, passage, answer, "template_contract")
    yield _wrong(lacking, title, clause, "template_contract")
    if chance.random() < 0.5:
        yield _wrong(asked, title, beside, "template_contract")


def _labels(chance: random.Random) -> Iterator[Row]:
    fields = {
        "Invoice number": f"{chance.choice('ABKR')}-{chance.randint(1000, 99999)}",
        "Total": f"{chance.uniform(5, 900):.2f} GBP",
        "VAT": f"{chance.uniform(1, 90):.2f} GBP",
        "Due date": _date(chance),
        "Order date": _date(chance),
        "Contact": chance.choice(PEOPLE),
        "Phone": f"+44 20 7946 0{chance.randint(100, 999)}",
        "Weight": f"{chance.randint(1, 90)} kg",
        "Release date": _date(chance),
        "Publisher": chance.choice(COMPANIES),
        "Model": f"X{chance.randint(10, 999)}",
        "Voltage": f"{chance.choice([12, 24, 110, 230])} V",
        "Warranty": f"{chance.randint(1, 5)} years",
        "Location": chance.choice(PLACES),
        "Price": f"€{chance.randint(3, 900)}",
        "Author": chance.choice(PEOPLE),
        "Version": f"{chance.randint(1, 9)}.{chance.randint(0, 20)}",
        "Opening hours": f"{chance.randint(7, 10)} am to {chance.randint(4, 9)} pm",
        "Capacity": f"{chance.randint(10, 900)} seats",
        "Blood type": chance.choice(["A+", "0-", "B+"]),
    }
    asks = {
        "Total": "How much is the total?",
        "VAT": "How much VAT was charged?",
        "Due date": "When is the payment due?",
        "Order date": "When was it ordered?",
        "Contact": "Who is the contact?",
        "Phone": "What is the phone number?",
        "Weight": "How heavy is it?",
        "Release date": "What is the release date?",
        "Publisher": "Who published it?",
        "Voltage": "What voltage does it need?",
        "Warranty": "How long is the warranty?",
        "Location": "Where is it located?",
        "Price": "How much does it cost?",
        "Author": "Who is the author?",
        "Version": "Which version is it?",
        "Opening hours": "When is it open?",
        "Capacity": "How many people does it hold?",
    }
    names = chance.sample(list(fields), chance.randint(3, 6))
    mark = chance.choice([": ", ": ", " – ", " | "])
    separator = chance.choice(["\n", "\n", "; "])
    passage = separator.join(f"{name}{mark}{fields[name]}" for name in names)
    wanted = chance.choice(names)
    plain = f"What is the {wanted.lower()}?"
    asked = asks.get(wanted, plain) if chance.random() < 0.5 else plain
    subject = f"{chance.choice(COMPANIES)} {chance.choice(['invoice', 'data sheet', 'order', 'listing', 'profile'])}"
    if chance.random() < 0.4:
        asked = asked.replace("?", f" of the {subject}?") if asked == plain else asked
    title = subject if chance.random() < 0.5 or subject in asked else ""
    yield _right(asked, title, passage, fields[wanted], "template_labels")
    lacking = chance.choice([name for name in fields if name not in names])
    yield _wrong(asks.get(lacking, f"What is the {lacking.lower()}?"), title, passage, "template_labels")
    if subject in asked:
        other = chance.choice([c for c in COMPANIES if c not in subject])
        yield _wrong(asked, title.replace(subject.rsplit(" ", 1)[0], other), passage, "template_labels")


def _minutes(chance: random.Random) -> Iterator[Row]:
    a, b, c = chance.sample(PEOPLE, 3)
    task = chance.choice(
        [
            "update the budget",
            "book the venue",
            "call the supplier",
            "draft the press release",
            "fix the login page",
            "hire a designer",
            "prepare the audit",
            "translate the manual",
            "order new chairs",
        ]
    )
    topic = chance.choice(
        ["the office move", "the spring campaign", "the new website", "overtime", "the data migration", "parking"]
    )
    when, decided = _date(chance), chance.choice(["was approved", "was postponed", "was rejected", "was left open"])
    passage = chance.choice(
        [
            f"{a} will {task} by {when}. {b} reported on {topic}; the proposal {decided}.",
            f"Present: {a}, {b}. Topic: {topic}. The proposal {decided}. Action: {a} to {task} until {when}.",
            f"{b}: Where are we with {topic}?\n{c}: It {decided}.\n{a}: I will {task} by {when}.",
        ]
    )
    questions = [
        (f"Who will {task}?", a),
        (f"By when will {a} {task}?", when),
        (f"What was decided on {topic}?", decided),
        (f"What does {a} have to do?", task),
    ]
    asked, answer = chance.choice(questions)
    title = chance.choice(["", "Minutes", f"Team meeting {when}"])
    yield _right(asked, title, passage, answer, "template_minutes")
    lacking = chance.choice(
        [
            f"Who objected to {topic}?",
            f"How much does {topic} cost?",
            f"What does {chance.choice(PEOPLE)} think of the canteen?",
            "When is the next meeting?",
            f"Why {decided} the proposal on salaries?",
            f"Who will {chance.choice(['clean the kitchen', 'write the minutes', 'pay the invoice'])}?",
        ]
    )
    yield _wrong(lacking, title, passage, "template_minutes")


def _mail(chance: random.Random) -> Iterator[Row]:
    a, b = chance.sample(PEOPLE, 2)
    place, when, hour = (
        chance.choice(PLACES),
        _date(chance),
        f"{chance.randint(7, 20)}:{chance.choice(['00', '15', '30'])}",
    )
    reason = chance.choice(
        ["the train is late", "the contract isn't signed yet", "two rooms are flooded", "the printer is broken"]
    )
    passage = (
        f"Hi {b.split()[0]},\n{chance.choice(['quick note: ', '', 'as agreed, '])}we meet in {place} on "
        f"{when} at {hour}. "
        f"{chance.choice(['We had to move it because', 'Sorry for the change, but'])} {reason}.\nBest, {a}"
    )
    asked, answer = chance.choice(
        [
            ("Where do we meet?", place),
            ("At what time is the meeting?", hour),
            ("When do we meet?", when),
            ("Why was the meeting moved?", reason),
            (f"Where does {a} want to meet?", place),
        ]
    )
    title = chance.choice(["", f"Re: meeting in {place}", "Change of plan"])
    yield _right(asked, title, passage, answer, "template_mail")
    yield _wrong(
        chance.choice(
            [
                "Who pays for the tickets?",
                "How long does the meeting last?",
                f"What is {b}'s phone number?",
                "Which hotel was booked?",
                f"Where did {b} live before {place}?",
                "What is on the agenda?",
                "How much does the room cost?",
            ]
        ),
        title,
        passage,
        "template_mail",
    )


def _abstract(chance: random.Random) -> Iterator[Row]:
    drug, other = chance.sample(
        [
            "ketamine",
            "yoga",
            "a low-salt diet",
            "vitamin D",
            "zinc",
            "metformin",
            "a mobile app",
            "ibuprofen",
            "probiotics",
            "music therapy",
            "early mobilisation",
            "a text reminder",
        ],
        2,
    )
    outcome, second = chance.sample(
        [
            "pain",
            "blood pressure",
            "readmission",
            "sleep quality",
            "mortality",
            "attendance",
            "body weight",
            "anxiety",
            "infection rate",
            "length of stay",
            "recall of instructions",
        ],
        2,
    )
    people = chance.choice(
        ["adults over 65", "children", "nurses", "patients after surgery", "pregnant women", "students"]
    )
    number = chance.randint(20, 900)
    aim = chance.choice(
        [
            f"The role of {drug} in {outcome} among {people} is debated. The aim of this study was to "
            f"determine whether "
            f"{drug} reduces {outcome}.",
            f"We investigated whether {drug} affects {outcome} in {people}.",
        ]
    )
    method = (
        f"A total of {number} {people} were randomised to {drug} or {other} and {outcome} was measured "
        f"at {chance.randint(2, 24)} weeks."
    )
    effect, yes = chance.choice(
        [
            (
                f"{outcome.capitalize()} was significantly lower with {drug} than with {other} (p < "
                f"0.0{chance.randint(1, 4)}).",
                True,
            ),
            (f"There was no significant difference in {outcome} between {drug} and {other}.", False),
            (f"{drug.capitalize()} did not reduce {outcome}.", False),
            (f"{drug.capitalize()} was associated with less {outcome}.", True),
        ]
    )
    close = chance.choice(["", f" These findings support the use of {drug} in {people}.", " Larger trials are needed."])
    asked = chance.choice(
        [
            f"Does {drug} reduce {outcome} in {people}?",
            f"Is {drug} effective for {outcome}?",
            f"Does {drug} affect {outcome}?",
            f"What is the effect of {drug} on {outcome}?",
        ]
    )
    title = chance.choice(
        ["", f"{drug.capitalize()} and {outcome} in {people}", f"Effects of {drug} on {outcome}: a trial"]
    )
    row = _right(asked, title, chance.choice([effect + close, f"{method} {effect}"]), effect, "template_abstract")
    asks_yes_or_no = not asked.startswith("What")
    yield _with_supports(row, 0 if yes else 1) if asks_yes_or_no else row
    row = _wrong(asked, title, chance.choice([aim, method, f"{aim} {method}"]), "template_abstract")
    yield _with_supports(row, 2) if asks_yes_or_no else row
    if chance.random() < 0.5:
        yield _wrong(asked.replace(outcome, second), title, effect + close, "template_abstract")
    if chance.random() < 0.3:
        yield _right(f"How many {people} took part?", title, method, str(number), "template_abstract")


def _steps(chance: random.Random) -> Iterator[Row]:
    thing = chance.choice(
        ["router", "coffee machine", "washing machine", "camera", "account", "heating", "alarm", "printer"]
    )
    steps = {
        "reset": f"To reset the {thing}, hold the button for {chance.randint(3, 20)} seconds until the light blinks.",
        "clean": f"Clean the {thing} every {chance.randint(2, 9)} weeks with a damp cloth.",
        "turn off": f"To turn off the {thing}, press the red switch at the back.",
        "update": f"Open Settings and choose Update to update the {thing}.",
        "cancel": f"You can cancel the plan of your {thing} at any time by writing to the support team.",
        "store": f"Store the {thing} in a dry place between 5 and 30 °C.",
    }
    wanted, beside, lacking = chance.sample(list(steps), 3)
    lines = [steps[wanted], steps[beside]]
    chance.shuffle(lines)
    passage = chance.choice([" ", "\n", "\n- "]).join(lines)
    title = chance.choice(["", f"{thing.capitalize()} manual", f"Manual › {wanted.capitalize()}"])
    yield _right(
        f"{chance.choice(['How do I', 'How can I', 'How to'])} {wanted} the {thing}?",
        title,
        passage,
        steps[wanted],
        "template_steps",
    )
    yield _wrong(
        f"{chance.choice(['How do I', 'How can I', 'How to'])} {lacking} the {thing}?", title, passage, "template_steps"
    )
    if chance.random() < 0.5:
        yield _wrong(f"How much does the {thing} cost?", title, passage, "template_steps")


def _catalogue(chance: random.Random) -> Iterator[Row]:
    a, b, c = chance.sample(COMPANIES, 3)
    founder, chief, rival = chance.sample(PEOPLE, 3)
    place, other = chance.sample(PLACES, 2)
    year, staff = chance.randint(1890, 2020), chance.randint(12, 9000)
    facts = [
        (
            f"{a} was founded in {year} by {founder} in {place}.",
            [(f"Who founded {a}?", founder), (f"When was {a} founded?", str(year)), (f"Where was {a} founded?", place)],
        ),
        (
            f"{a} employs {staff} people and is led by {chief}.",
            [(f"Who leads {a}?", chief), (f"How many people work at {a}?", str(staff))],
        ),
        (f"In {year + 5}, {a} bought {b} for {_amount(chance)}.", [(f"Whom did {a} buy?", b), (f"Who bought {b}?", a)]),
        (f"{a} moved its headquarters from {place} to {other}.", [(f"Where is {a}'s headquarters now?", other)]),
    ]
    fact, questions = chance.choice(facts)
    asked, answer = chance.choice(questions)
    beside = chance.choice([text for text, _ in facts if text != fact])
    passage = chance.choice([fact, f"{fact} {beside}", f"{beside} {fact}"])
    start = passage.index(fact) + fact.index(answer)
    yield asked, "", passage, 1, start, start + len(answer), -1, "template_catalogue"
    yield (
        _wrong(asked, "", beside, "template_catalogue")
        if answer not in beside
        else _wrong(asked.replace(a, c), "", passage, "template_catalogue")
    )
    yield _wrong(
        chance.choice([asked.replace(a, c), f"Why did {rival} leave {a}?", f"What does {a} make?", f"Who sold {a}?"]),
        "",
        passage,
        "template_catalogue",
    )


def _analysis(chance: random.Random) -> Iterator[Row]:
    """Yield questions of why, how and what for, with a sentence that says it and one that only speaks of it."""
    first, second, third = chance.sample(PLACES, 3)
    subject = chance.choice(
        ["the merger", "the new tariff", "the rail plan", "the port agreement", "the reform", "the joint venture"]
    )
    subject = chance.choice([subject, f"{subject} of {chance.randint(2015, 2026)}"])
    begun = subject[0].upper() + subject[1:]
    field = chance.choice(["energy supply", "shipping", "chip making", "local jobs", "research", "food prices"])
    reason = chance.choice(
        [
            "its own plants run out of gas within a year",
            "two suppliers had stopped delivering",
            "voters had asked for lower prices",
            "a rival had signed with its neighbour a week before",
        ]
    )
    benefit = chance.choice(
        [
            "a secure flow of rare metals",
            "cheaper power for its factories",
            "a share of each sale until 2040",
            "thousands of posts in its shipyards",
        ]
    )
    harm = chance.choice(
        [
            "leave small firms without orders",
            "anger the farmers along the river",
            "push up rents in the harbour",
            "make the region depend on one buyer",
        ]
    )
    way = chance.choice(
        [
            "moving the assembly lines to the coast",
            "paying for three new warehouses",
            "sharing designs and staff",
            "replacing imports with local parts",
        ]
    )
    talk = chance.choice(
        [
            f"{begun} marks a turning point for {first}.",
            f"Observers in {second} followed {subject} closely.",
            f"{begun} is about more than {field}.",
            f"The talks on {subject} took place in {third}.",
        ]
    )
    asked, says, answer, restates = chance.choice(
        [
            (
                f"Why did {first} agree to {subject}?",
                f"{first} signed because {reason}.",
                reason,
                f"Why {first} agreed to {subject} has been debated for months.",
            ),
            (
                f"Why was the timing of {subject} important?",
                f"It came at a moment when {reason}.",
                reason,
                f"The timing of {subject} was important and carefully chosen.",
            ),
            (
                f"What does {first} gain from {subject}?",
                f"For {first}, it brings {benefit}.",
                benefit,
                f"This is not simply about what {first} gains from {subject}.",
            ),
            (
                f"What are the risks of {subject}?",
                f"It could {harm}, critics say.",
                f"It could {harm}",
                f"The risks of {subject} have to be weighed against its promise.",
            ),
            (
                f"How does {subject} change {field}?",
                f"It will do so by {way}.",
                f"by {way}",
                f"{begun} aims to change {field} in {first} and beyond.",
            ),
            (
                f"How does {subject} affect {second}?",
                f"{second} loses its place as a supplier, since the plan is built on {way}.",
                f"{second} loses its place as a supplier",
                f"How {subject} affects {second} is a question for the coming years.",
            ),
            (
                f"What is the aim of {subject}?",
                f"{begun} is meant to secure {benefit}.",
                f"to secure {benefit}",
                f"The aim of {subject} was not stated at the press conference.",
            ),
        ]
    )
    passage = chance.choice([says, f"{talk} {says}", f"{restates} {says}", f"{says} {talk}"])
    title = chance.choice(["", begun, f"{begun} › What it means for {first}"])
    yield _right(asked, title or (begun if "It " in says else ""), passage, answer, "template_analysis")
    yield _wrong(asked, title, chance.choice([restates, f"{restates} {talk}", talk]), "template_analysis")
    if chance.random() < 0.5 and first in asked:
        yield _wrong(asked.replace(first, third), title.replace(first, third), f"{talk} {says}", "template_analysis")
