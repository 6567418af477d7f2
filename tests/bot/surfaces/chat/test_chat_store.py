"""What chat surfaces keep: claims, threads, answers, feedback; over restarts, threads and processes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from chat_answers import notice_period
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.answer import Conflict, Withheld
from bot.kept.open import open_store
from bot.settings.settings import Settings
from bot.surfaces.chat.access import allowed_collections
from bot.surfaces.chat.store import CHATS, KEEP_ANSWERS, KEEP_CLAIMS, ChatStore, open_chats
from bot.surfaces.slack.serve import take_over
from vectorstore.errors import LibraryUnreachable


def test_an_event_is_claimed_once_under_any_of_its_names(place: str) -> None:
    """Two deliveries that share one name are one event, also when a third shares a name with the second only."""
    store = open_chats(place)
    assert store.claim(["event:1", "message:1"])
    assert not store.claim(["event:2", "message:1"])
    assert not store.claim(["event:2", "message:2"])
    assert store.claim(["event:3"])


def test_many_threads_of_two_stores_claim_each_event_once(place: str) -> None:
    """Two open stores stand for two processes: whoever comes first has it."""
    stores = [open_chats(place) for _ in range(2)]
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(stores[n % 2].claim, [f"event:{n // 4}"]) for n in range(200)]
    assert sum(bool(job.result()) for job in jobs) == 50


def test_answers_come_back_as_they_were_but_for_text_that_is_not_kept(place: str) -> None:
    """Statements, citations and conflicts return; passages have places only, withheld sentences reasons only."""
    answer = replace(
        notice_period(),
        conflicts=(Conflict("number", ("1", "2"), (0, 0)),),
        withheld=(Withheld("secret words", "unsupported"),),
        statements=(replace(notice_period().statements[0], verdict="yes"),),
        verdict="yes",
        short=True,
    )
    store = open_chats(place)
    store.keep("ref", surface="slack", place="p", person="u", answer=answer)
    kept = open_chats(place).kept("ref")
    assert kept is not None and kept.person == "u"
    assert replace(kept.answer, withheld=(), passages=()) == replace(answer, withheld=(), passages=())
    assert kept.answer.withheld == (Withheld("", "unsupported"),)
    assert "secret words" not in str([dict(row) for row in store.database.rows("SELECT answer FROM answers")])
    assert [a.question for a in store.conversation("p")] == [answer.question]


def test_old_claims_and_answers_are_dropped_and_rated_ones_stay(place: str) -> None:
    """After a week a claim is forgotten, after ninety days an answer, unless somebody rated it."""
    now = [1_000_000.0]
    store = ChatStore(open_store(place, CHATS), clock=lambda: now[0])
    store.claim(["event:1"])
    for reference in ("plain", "rated"):
        store.keep(reference, surface="slack", place="p", person="u", answer=notice_period())
    assert store.rate("rated", person="u", thumb="up") and not store.rate("none", person="u", thumb="up")
    now[0] += KEEP_CLAIMS + 1
    store.prune()
    assert store.claim(["event:1"])
    now[0] += KEEP_ANSWERS
    store.prune()
    assert store.kept("plain") is None and store.kept("rated") is not None
    assert [r["thumb"] for r in store.ratings()] == ["up"]


NAMES = st.sampled_from(["handbook", "legal", "hr"])


@settings(max_examples=300)
@given(
    rules=st.lists(st.tuples(st.sampled_from(["C1", "G1", "direct", "*"]), st.sets(NAMES)), max_size=4),
    private=st.sets(NAMES),
    channel=st.sampled_from(["C1", "G1", "D1"]),
    audience=st.sampled_from(["public", "private", "direct"]),
)
def test_a_private_collection_needs_a_private_channel_that_is_named(
    rules: list[tuple[str, set[str]]], private: set[str], channel: str, audience: str
) -> None:
    """Whatever the map says: public channels and direct messages never see a private collection."""
    chosen = Settings(
        chat_collections=tuple(f"{place}={'+'.join(sorted(names))}" for place, names in rules),
        private_collections=tuple(sorted(private)),
    )
    names = allowed_collections(
        chosen,
        places=(channel,),
        audience=audience,
        existing=("handbook", "legal", "hr"),  # type: ignore[arg-type]
    )
    if names is None:
        assert not private
    elif set(names) & private:
        assert audience == "private" and channel in {place for place, _ in rules}


def test_a_process_looks_for_what_others_left_until_it_stops() -> None:
    """Again and again, also where the database was away for a look; what it finds is answered as after a start."""
    looked: list[int] = []
    stopped = threading.Event()

    class Surface:
        """Counts how often it is asked to take up what is left."""

        def resume(self) -> int:
            """Fail at first; stop after the third look."""
            looked.append(1)
            if len(looked) == 1:
                raise LibraryUnreachable("It does not answer.")
            if len(looked) == 3:
                stopped.set()
            return 0

    take_over(Surface(), stopped, seconds=0.01)  # type: ignore[arg-type]
    assert len(looked) == 3
