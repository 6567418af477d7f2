"""What people keep, in a file and in a database: the same contract, and what only the second one promises."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from postgresql import PostgresqlServer

from bot.kept.database import Database, Form
from bot.kept.open import is_kept, open_store
from bot.models.shared_ledger import MODEL, ledger_of
from bot.models.usage import Usage
from bot.surfaces.chat.store import CHATS, ChatStore
from bot.surfaces.rate_limit import RateLimit, limit_of
from bot.surfaces.web.errors import Refused
from bot.surfaces.web.limits import Streams
from bot.surfaces.web.services import SharedRecentAnswers
from bot.surfaces.web.storage.accounts import Accounts, has_users
from bot.surfaces.web.storage.conversations import ConversationStore
from bot.surfaces.web.storage.database import FILE_NAME, PEOPLE, fault, open_people
from bot.surfaces.web.storage.jobs import Incoming, Jobs
from bot.surfaces.web.storage.uploads import place_of
from vectorstore.catalog.homes.named import home_of
from vectorstore.errors import LibraryDamaged, LibraryReadOnly, LibraryTooNew, LibraryUnreachable

ON_SERVER = pytest.mark.parametrize("place", ["postgresql"], indirect=True)
ODD = "NUL \0, a lone \ud800, \U0010fffe, 100 %, ' and ?"


@pytest.fixture
def two(place: str) -> Iterator[tuple[Database, Database]]:
    """The store of people, as two processes have it open."""
    first, second = open_people(place), open_people(place)
    yield first, second
    first.close()
    second.close()


def test_what_one_keeps_the_other_sees(two: tuple[Database, Database]) -> None:
    """An account, a session, a conversation and every text, odd ones too, are the same through both."""
    here, there = two
    Accounts(here).add("ana", password="correct horse battery", groups=("board",))
    assert Accounts(there).all() == Accounts(here).all() and Accounts(there).by_password("ana", "correct horse battery")
    secret = Accounts(here).begin_session("ana", "x")
    assert Accounts(there).session(secret) == ("ana", "x")
    Accounts(there).end_session(secret)
    assert Accounts(here).session(secret) is None
    made = ConversationStore(here).create("ana", title=ODD.replace("\ud800", "") if not here.shared else ODD)
    assert ConversationStore(there).get("ana", made["id"]) == made
    assert [one["id"] for one in ConversationStore(there).conversations("ana", query="100 %")] == [made["id"]]
    assert Accounts(there).remove("ana") and ConversationStore(here).get("ana", made["id"]) is None


def test_a_transaction_is_seen_whole_or_not_at_all(two: tuple[Database, Database]) -> None:
    """What a transaction has written shows elsewhere when it ends, and never if it fails."""
    here, there = two
    add = "INSERT INTO asked VALUES (?, 0, 0)"
    with here.transaction():
        here.run(add, "2026-11-30")
        assert len(here.rows("SELECT * FROM asked")) == 1 and not there.rows("SELECT * FROM asked")
    assert len(there.rows("SELECT * FROM asked")) == 1
    with pytest.raises(ZeroDivisionError), here.transaction():
        here.run(add, "2026-12-01")
        raise ZeroDivisionError
    assert len(there.rows("SELECT * FROM asked")) == len(here.rows("SELECT * FROM asked")) == 1


def test_looking_makes_nothing(place: str) -> None:
    """Whether there is a store, or an account, is told without making one."""
    assert not is_kept(place, PEOPLE) and not has_users(place) and fault(place) is None
    assert not is_kept(place, PEOPLE) and not is_kept(place, CHATS)


@pytest.mark.parametrize("form", [PEOPLE, CHATS, MODEL], ids=lambda form: form.name)
def test_a_newer_version_is_refused_with_words(place: str, form: Form) -> None:
    """A store that a newer version wrote is left as it is; one of this version is opened again."""
    open_store(place, replace(form, scripts=(*form.scripts, "CREATE TABLE later (a TEXT);"))).close()
    with pytest.raises(LibraryTooNew, match="newer version"):
        open_store(place, form)


@ON_SERVER
def test_an_older_version_is_brought_to_todays(place: str) -> None:
    """What is kept stays, and both homes have the same tables, but for those that a single server has in memory."""
    older = replace(PEOPLE, scripts=PEOPLE.scripts[:2])
    before = open_store(place, older)
    before.run("INSERT INTO users VALUES ('ana', '', 'reader', NULL, '')")
    before.close()
    kept = open_people(place)
    assert [user.name for user in Accounts(kept).all()] == ["ana"]
    kept.close()
    assert fault(place) is None


@ON_SERVER
def test_what_a_machine_kept_in_a_file_is_brought_along_once(place: str) -> None:
    """Accounts, tokens, conversations and numbers; what changes in the file later is not read any more."""
    folder = home_of(place).folder
    file = open_people(folder)
    accounts = Accounts(file)
    accounts.add("ana", password="correct horse battery")
    token = accounts.add_token("ana")
    talk = ConversationStore(file).create("ana", title="Lease")["id"]
    answer = {"id": "ans_1", "conversation": talk, "question": "x", "text": "y", "created": "z"}
    ConversationStore(file).add_turn("ana", answer, begin=False)
    assert has_users(place)  # before anything is made in the database, they count
    kept = open_people(place)
    assert Accounts(kept).by_token(token) and Accounts(kept).by_password("ana", "correct horse battery")
    ConversationStore(kept).add_turn("ana", {**answer, "id": "ans_2"}, begin=False)
    assert [turn["id"] for turn in ConversationStore(kept).turns("ana", talk)] == ["ans_1", "ans_2"]
    accounts.add("eve", password="correct horse battery")
    kept.close()
    kept = open_people(place)
    assert [user.name for user in Accounts(kept).all()] == ["ana"]
    file.close()
    kept.close()


@ON_SERVER
def test_a_file_that_cannot_be_read_is_told_and_nothing_begins_without_it(place: str) -> None:
    """A server must not open to everybody because the accounts of before could not be read."""
    folder = home_of(place).folder
    folder.mkdir(parents=True)
    (folder / FILE_NAME).write_bytes(b"not a database" * 100)
    for _ in range(2):
        with pytest.raises(LibraryDamaged, match="Restore it from a backup"):
            open_people(place)


@ON_SERVER
def test_lost_tables_are_told(place: str) -> None:
    """A store that has lost a table is not mended by looking, and its name is said."""
    kept = open_people(place)
    kept.run("DROP TABLE cited")
    assert "has lost cited" in str(fault(place))
    with pytest.raises(LibraryDamaged, match="has lost tables"):
        kept.rows("SELECT * FROM cited")
    kept.close()


@ON_SERVER
def test_who_may_not_make_a_schema_is_told(place: str, postgresql: PostgresqlServer) -> None:
    """A user who only reads: no store is made, and budgets are refused with words, never overspent."""
    import psycopg

    with psycopg.connect(postgresql.address, autocommit=True) as connection:
        connection.execute("DROP ROLE IF EXISTS onlooker")
        connection.execute("CREATE ROLE onlooker LOGIN")
    address = place.replace("footnote@", "onlooker@")
    with pytest.raises(LibraryReadOnly):
        open_people(address)
    ledger = ledger_of(address)
    assert ledger.used() == Usage() and ledger.reply("x") is None
    ledger.count("m", Usage(read=1))
    with pytest.raises(Exception, match="cannot be counted"):
        ledger.reserve(1, 10)


@ON_SERVER
def test_a_server_that_is_restarted_is_asked_again(place: str, postgresql: PostgresqlServer) -> None:
    """While it is away there is a sentence; then all goes on, on new connections."""
    kept = open_people(place)
    Accounts(kept).add("ana")
    give_back = kept.take("something")
    postgresql.stop()
    with pytest.raises(LibraryUnreachable, match="does not answer"):
        Accounts(kept).any()
    with pytest.raises(LibraryUnreachable):
        kept.take("another")
    postgresql.start()
    assert Accounts(kept).any() and kept.take("something")
    assert give_back
    give_back()  # of a lock that ended with its connection: no harm
    kept.close()


# ---- what several servers count together


def test_a_limit_counts_over_all_who_share_it(two: tuple[Database, Database]) -> None:
    """Three uses, wherever; one given back is one more. Where nothing is shared each counts by itself."""
    limits = [limit_of(database, "questions", 3, seconds=3_600) for database in two]
    shared = two[0].shared
    assert [limits[n % 2].wait("ana") == 0 for n in range(4)] == [True, True, True, not shared]
    assert limits[0].wait("ben") == 0 and isinstance(limits[0], RateLimit)
    if shared:
        assert 1_000 < limits[1].wait("ana") <= 1_200
        assert limits[1].take("ana", "eve") > 0 and limits[0].take("eve") == 0
        limits[0].give_back("ana")
        assert limits[1].wait("ana") == 0 and limits[0].wait("ana") > 0


@ON_SERVER
def test_of_many_at_once_no_more_get_through_than_may(two: tuple[Database, Database]) -> None:
    """Twenty in two processes at the same moment, and five uses."""
    limits = [limit_of(database, "questions", 5, seconds=3_600) for database in two]
    got: list[int] = []
    threads = [threading.Thread(target=lambda n=n: got.append(limits[n % 2].wait("ana"))) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got.count(0) == 5 and len(got) == 20


@ON_SERVER
def test_a_bucket_fills_again_by_the_clock_of_the_database(two: tuple[Database, Database]) -> None:
    """One use in a while: what was taken some time ago is there again."""
    limit = limit_of(two[0], "cooldown", 1, seconds=100)
    assert limit.wait("ana") == 0 and 98 <= limit.wait("ana") <= 100
    two[1].run("UPDATE limits SET at = at - ?", 101.0)
    assert limit.wait("ana") == 0 and limit.wait("ana") > 0
    assert "ana" not in str(two[0].rows("SELECT * FROM limits"))


def opens(streams: Streams, key: str) -> bool:
    """Open a stream if there is a place."""
    try:
        streams.open(key)
    except Refused:
        return False
    return True


@ON_SERVER
def test_streams_of_one_caller_are_counted_over_all_servers(two: tuple[Database, Database]) -> None:
    """Three at once, wherever; one that ends makes room, and a server that ends makes room for all of its."""
    here, there = (Streams(3, 10, database=database, name="streams") for database in two)
    for streams in (here, there, here):
        streams.open("ana")
    for streams in (here, there):
        with pytest.raises(Refused, match="already streaming"):
            streams.open("ana")
    there.open("ben")
    assert (here.count, there.count) == (2, 2)
    here.close("ana")
    there.open("ana")
    two[1].close()
    assert waited(lambda: opens(here, "ana"))


@ON_SERVER
def test_a_loose_answer_is_known_to_all_servers(two: tuple[Database, Database]) -> None:
    """Feedback may reach another server than the question did; the oldest are forgotten."""
    here, there = (SharedRecentAnswers(database, 2) for database in two)
    for number in range(3):
        here.add("ana", {"id": f"ans_{number}", "text": ODD})
    assert there.get("ana", "ans_2") == {"id": "ans_2", "text": ODD}
    assert there.get("ana", "ans_0") is None and there.get("ben", "ans_2") is None


@ON_SERVER
def test_a_budget_is_spent_once(place: str) -> None:
    """Two processes never set more aside than is left, and see each other's kept replies."""
    here, there = ledger_of(place), ledger_of(place)
    first = here.reserve(60, 100)
    assert first and not there.reserve(60, 100)
    here.count("model", Usage(read=10, written=5, calls=1), reservation=first)
    assert there.used() == Usage(read=10, written=5, calls=1) and there.reserve(60, 100)
    here.keep("digest", "a reply")
    assert there.reply("digest") == "a reply" and there.forget() == 1 and here.reply("digest") is None


# ---- events of chats


@ON_SERVER
def test_an_event_is_taken_by_one_of_two_processes(place: str) -> None:
    """Delivered to both at once, under names in another order: one answers it."""
    stores = [ChatStore(open_store(place, CHATS)) for _ in range(2)]
    taken: list[str] = []

    def deliver(store: ChatStore, keys: list[str]) -> None:
        taken.append(store.claim(keys, surface="slack", payload={"a": 1}))

    for number in range(10):
        keys = [f"event {number}", f"message {number}"]
        threads = [
            threading.Thread(target=deliver, args=(store, order))
            for store, order in zip(stores, (keys, keys[::-1]), strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len([job for job in taken if job]) == 10 and len(taken) == 20
    assert not stores[0].unfinished("slack", seconds=60)  # both live: nothing is left behind
    left = len(stores[1]._db.rows("SELECT 1 FROM jobs WHERE owner = ?", stores[1]._owner))
    stores[1].close()
    found = len(stores[0].unfinished("slack", seconds=60))
    assert waited(lambda: found == left or bool(stores[0].unfinished("slack", seconds=60)))
    stores[0].close()


# ---- jobs


class Reading:
    """Reads as slowly as it is let, and remembers what it read."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.go = threading.Event()
        self.read: list[str] = []

    def __call__(self, files: list[Incoming], collection: str, on_file: object, **_: object) -> None:
        """Read."""
        assert callable(on_file)
        for file in files:
            on_file(file.path, "loading")
            self.begun.set()
            assert self.go.wait(60)
            self.read.append(file.name)
            on_file(file.path, "added", document="0" * 16)


def jobs_of(database: Database, reading: Reading, ended: list[str], *, place: str = "here") -> Jobs:
    """Return the jobs of one server."""
    from bot.surfaces.web.metrics import Metrics

    def note(owner: str, job: str, documents: object, failed: int) -> None:
        del owner, documents, failed
        ended.append(job)

    return Jobs(database, reading, Metrics(), lambda *_: None, note, place=place)  # type: ignore[arg-type]


def waited(done: object) -> bool:
    """Wait until something is so."""
    assert callable(done)
    for _ in range(600):
        if done():
            return True
        threading.Event().wait(0.1)
    return False


@ON_SERVER
def test_a_job_is_run_by_one_server_and_by_another_when_that_is_gone(place: str) -> None:
    """Two at work take one job once; cut off from the database, the first one's is taken up, and noted once."""
    ended: list[str] = []
    databases = [open_people(place) for _ in range(3)]
    readings = [Reading() for _ in range(3)]
    first, second, elsewhere = (
        jobs_of(database, reading, ended, place=where)
        for database, reading, where in zip(databases, readings, ("here", "here", "elsewhere"), strict=True)
    )
    for jobs in (first, elsewhere):
        jobs.start()
    job = first.add("ana", "upload", "default", [Incoming(Path("/a.txt"), "a.txt")])["id"]
    assert readings[0].begun.wait(60)
    second.start()
    assert not readings[1].begun.wait(2.5) and first.running == second.running == ["default"]
    holding = databases[0]._holding  # type: ignore[attr-defined]
    holding.close()  # as if the server had let go of it
    assert readings[1].begun.wait(60)
    readings[1].go.set()
    assert waited(lambda: (second.get("ana", job) or {})["state"] == "done")
    readings[0].go.set()
    another = second.add("ana", "upload", "default", [Incoming(Path("/b.txt"), "b.txt")])["id"]
    assert waited(lambda: (first.get("ana", another) or {})["state"] == "done")
    for jobs in (first, second, elsewhere):
        assert jobs.stop(seconds=60)
    assert sorted(ended) == sorted([job, another]) and not readings[2].read
    for database in databases:
        database.close()


def test_a_folder_has_one_name_for_all_who_reach_it(tmp_path: Path) -> None:
    """Made once; another folder has another."""
    assert place_of(tmp_path / "a") == place_of(tmp_path / "a") != place_of(tmp_path / "b")


@ON_SERVER
@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks only")
def test_a_forked_process_leaves_its_parents_connections_alone(place: str) -> None:
    """A child asks on connections of its own, and the parent's go on."""
    kept = open_people(place)
    Accounts(kept).add("ana")
    child = os.fork()
    if not child:
        os._exit(0 if Accounts(kept).any() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert Accounts(kept).any()
    kept.close()
