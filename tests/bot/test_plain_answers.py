"""Files that are no prose: forms, settings, records, code, mails, lists of questions. Each asked as people ask."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import Bot, Settings
from ingest.sync import sync
from vectorstore.library import Library
from vectorstore.passage import Filter

FILES = {
    "bill.txt": """Harbour Tools Ltd
4 Quay Street, Whitby

INVOICE

Invoice No: 2025-0093
Invoice Date: 12 February 2025
Due Date: 14 March 2025
Customer: Lantern Cafe

Description            Qty   Unit price   Amount
Paint roller set         2       18.50      37.00
Masking tape             3        6.00      18.00

Subtotal: 55.00
VAT 20%: 11.00
Total: 66.00 GBP

Contact: Petra Lunn, 01947 496 0112
""",
    "order.txt": """ORDER 4471

Ship to:
Harbour Stores
Dock Road 3, Hull

Bill to:
Mill Lane School
9 Mill Lane, Leeds
""",
    "counsel.txt": """23. How many cases may a lawyer have at one time?

____ in the capital

____ in the provinces

There is no such limit.
""",
    "report.txt": """Incident report

Case Number: 20717
Date of Incident: 03/11/2021
Reported by: Caretaker
Place: Swimming pool

Description: The pupil slipped on the steps and bruised her knee.
""",
    "receipt.txt": """CORNER BOOKSHOP
Cashier: Hana K.

Desk lamp
1 @ $39.50
$39.50

SUBTOTAL $39.50
TAX $5.48
TOTAL $44.98
""",
    "badge.txt": """Site visit

Name:
Oskar Brandt

Department:
Facilities

Badge number:
7714
""",
    "app.yaml": """server:
  host: 10.0.0.4
  port: 9443
cache:
  engine: redis
  port: 6380
""",
    "jobs.env": "DATABASE_HOST=db7.example.org\nMAX_WORKERS=8\nFEATURE_CHECKOUT=off\n",
    "import.log": """2025-03-02 08:14:11,120 INFO  worker-1 Started import of prices.csv
2025-03-02 08:14:12,001 WARNING worker-1 Row 17 has no price
2025-03-02 08:15:40,377 ERROR worker-2 Connection to db7.example.org refused
""",
    "project.json": '{"project": {"name": "Heron", "budget": {"currency": "EUR", "amount": 48000}}}',
    "parcels.jsonl": (
        '{"parcel": 8101, "to": "Ada Hale", "state": "on its way"}\n'
        '{"parcel": 8102, "to": "Ben Cole", "state": "at the customs"}\n'
        '{"parcel": 8103, "to": "Di Egan", "state": "came back"}\n'
    ),
    "team.csv": "Name,Role,Office\nAda Hale,Engineer,Leeds\nBen Cole,Designer,York\nDi Egan,Engineer,Hull\n",
    "cart.py": '''"""Shopping cart: what a customer has chosen."""

MAX_ITEMS_PER_CART = 50
FREE_SHIPPING_FROM = 75.0


class Cart:
    def __init__(self, customer_id: str, *, discount_rate: float = 0.0) -> None:
        self.items: list[str] = []

    def add_item(self, item: str) -> None:
        """Put an item in, or raise CartFull."""
        if len(self.items) >= MAX_ITEMS_PER_CART:
            raise CartFull(self)
''',
    "session.js": """// How long a visitor stays signed in.
const sessionTimeoutMinutes = 45;
const retryPolicy = { maxAttempts: 5, backoffMs: 250 };
""",
    "wish.eml": """From: Petra Vogel <petra.vogel@example.com>
To: Facilities <facilities@example.com>
Subject: Two things for our office
Date: Mon, 10 Feb 2025 09:05:00 +0100
Content-Type: text/plain; charset=utf-8

Dear all,

please move the printer out of room 12. We also need four more chairs by Friday.

> When does the truck arrive?
> It arrives at noon.

Best regards
Petra Vogel
""",
    "help.md": """# Help

## Can I return an item?

Yes, within 30 days, unopened.

## Do you ship to Norway?

Not at the moment.
""",
    "questions.txt": """Frequently asked questions

Q: Where can I park?
A: Behind the building, entrance on Mill Lane.

Q: Is there a dress code?
A: No.
""",
    "house.txt": """House notes

The guest Wi-Fi is called Heron. The front door is green.
You reach the caretaker at +49 (0)40 123-4567.
""",
}


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """A library of all files, read as an ingest reads them."""
    folder = tmp_path_factory.mktemp("papers")
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    with Library.open(tmp_path_factory.mktemp("library") / "library", create=True) as library:
        sync(library, [folder])
        yield Bot(library, settings=Settings())


@pytest.mark.parametrize(
    ("file", "question", "answers"),
    [
        ("bill.txt", "What is the invoice total?", ["Total: 66.00 GBP"]),
        ("bill.txt", "When is the invoice due?", ["Due Date: 14 March 2025"]),
        ("bill.txt", "What is the invoice number?", ["Invoice No: 2025-0093"]),
        ("bill.txt", "Who is the customer?", ["Customer: Lantern Cafe"]),
        ("bill.txt", "What does the masking tape cost?", ["Masking tape             3        6.00      18.00"]),
        ("bill.txt", "What is the unit price of the masking tape?",
         ["Masking tape             3        6.00      18.00"]),
        ("order.txt", "Who is billed?", ["Bill to:\nMill Lane School"]),
        ("counsel.txt", "How many cases may a lawyer have at one time?", ["There is no such limit."]),
        ("report.txt", "What is the date of the incident?", ["Date of Incident: 03/11/2021"]),
        ("report.txt", "Who reported the incident?", ["Reported by: Caretaker"]),
        ("receipt.txt", "How much tax was paid?", ["TAX $5.48"]),
        ("receipt.txt", "How much was the desk lamp?", ["Desk lamp\n1 @ $39.50\n$39.50"]),
        ("badge.txt", "What is the badge number?", ["Badge number:\n7714"]),
        ("app.yaml", "Which port does the cache use?", ["cache: port: 6380"]),
        ("app.yaml", "Which port does the server listen on?", ["server: port: 9443"]),
        ("jobs.env", "How many workers are there at most?", ["MAX_WORKERS = 8"]),
        ("import.log", "Which row has no price?", ["2025-03-02 08:14:12,001 WARNING worker-1 Row 17 has no price"]),
        ("project.json", "What is the budget?", ["currency: EUR\namount: 48000"]),
        ("parcels.jsonl", "What is the state of parcel 8103?", ["parcel: 8103\nto: Di Egan\nstate: came back"]),
        ("cart.py", "What is the max items per cart?", ["MAX_ITEMS_PER_CART = 50"]),
        ("cart.py", "From which amount is shipping free?", ["FREE_SHIPPING_FROM = 75.0"]),
        ("session.js", "What is the session timeout in minutes?", ["const sessionTimeoutMinutes = 45;"]),
        ("help.md", "Can I return an item?", ["Yes, within 30 days, unopened."]),
        ("help.md", "Do you ship to Norway?", ["Not at the moment."]),
        ("questions.txt", "Is there a dress code?", ["A: No."]),
        ("house.txt", "What is the wifi called?", ["The guest Wi-Fi is called Heron."]),
        ("house.txt", "Who has the number +49401234567?", ["You reach the caretaker at +49 (0)40 123-4567."]),
        ("wish.eml", "What does Petra Vogel want?",
         ["please move the printer out of room 12.", "We also need four more chairs by Friday."]),
    ],
)  # fmt: skip
def test_the_line_that_answers_is_quoted_alone(bot: Bot, file: str, question: str, answers: list[str]) -> None:
    """A label, a key, a name, the same question above or a mail's writer says what answers: it alone is shown."""
    answer = bot.ask(question, filter=Filter(sources=(f"*/{file}",)))
    assert [statement.text for statement in answer.statements] == answers


@pytest.mark.parametrize(
    ("file", "question", "words"),
    [
        ("team.csv", "Which office does Di Egan work in?", "Hull"),
        ("cart.py", "What is the default discount rate?", "discount_rate: float = 0.0"),
        ("cart.py", "What does add item do?", '"""Put an item in, or raise CartFull."""'),
        ("session.js", "How many attempts does the retry policy allow?", "{ maxAttempts: 5, backoffMs: 250 }"),
    ],
)
def test_a_row_and_a_statement_of_code_are_found_by_their_parts(bot: Bot, file: str, question: str, words: str) -> None:
    """The column or the parts of an identifier are the question's words; the statement is whole."""
    answer = bot.ask(question, filter=Filter(sources=(f"*/{file}",)))
    assert any(words in statement.text for statement in answer.statements)


@pytest.mark.parametrize(
    ("file", "question"),
    [
        ("report.txt", "What is the telephone number of the doctor?"),
        ("wish.eml", "Who is the mail from?"),
        ("wish.eml", "When does the truck arrive?"),
    ],
)
def test_a_label_that_only_looks_like_it_answers_nothing(bot: Bot, file: str, question: str) -> None:
    """Where the question names what no line says, no line answers; nor does a mail's head or what it quotes."""
    answer = bot.ask(question, filter=Filter(sources=(f"*/{file}",)))
    assert answer.abstained


def test_a_footnote_into_a_mail_names_writer_and_day(bot: Bot) -> None:
    """The place says whose words they are, and of when."""
    answer = bot.ask("How many chairs are needed?", filter=Filter(sources=("*/wish.eml",)))
    assert "Petra Vogel, 10 February 2025" in answer.citations[0].place
