"""Reading Slack's events: for any event at all, whom we answer and under which names."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.surfaces.slack.events import Me, claim_keys, plain_words, read_command, read_question

ME = Me("T1", "U0BOT", "B0BOT")
TEXTS = st.sampled_from(["hello", "<@U0BOT> hi", "<@U0BOTX> hi", "<@U2> hi", "", "<@U0BOT|footnote> a &lt; b"])
EVENTS = st.fixed_dictionaries(
    {"type": st.sampled_from(["message", "app_mention", "reaction_added"]), "text": TEXTS},
    optional={
        "channel": st.sampled_from(["C1", "D1", "G1"]),
        "channel_type": st.sampled_from(["channel", "im", "mpim", "group"]),
        "user": st.sampled_from(["U1", "U0BOT", "USLACKBOT", None]),
        "bot_id": st.sampled_from(["B0BOT", "B9"]),
        "subtype": st.sampled_from(
            ["message_changed", "message_deleted", "bot_message", "channel_join", "file_share", "thread_broadcast"]
        ),
        "ts": st.just("2.0"),
        "thread_ts": st.sampled_from(["1.0", "2.0"]),
        "edited": st.just({"user": "U1"}),
        "hidden": st.booleans(),
        "message": st.just({"text": "<@U0BOT>", "user": "U1"}),
    },
)


@settings(max_examples=500)
@given(event=EVENTS, known=st.booleans(), follow=st.booleans(), bots=st.booleans())
def test_only_new_messages_of_others_that_are_for_us_are_questions(
    event: dict[str, Any], known: bool, follow: bool, bots: bool
) -> None:
    """Never ourselves, Slackbot, an edit or a deletion; a bot only where set; chatter only in our threads."""
    question = read_question(
        {"event": event, "team_id": "T1"}, ME, in_thread=lambda _: known, follow_ups=follow, bots=bots
    )
    if question is None:
        return
    assert event.get("user") not in ("U0BOT", "USLACKBOT") and event.get("bot_id") != "B0BOT"
    assert not event.get("hidden") and "edited" not in event and "message" not in event
    assert event.get("subtype") in (None, "bot_message", "file_share", "thread_broadcast")
    is_bot = bool(event.get("bot_id")) or event.get("subtype") == "bot_message"
    mentioned = event["type"] == "app_mention" or "<@U0BOT>" in event["text"] or "<@U0BOT|" in event["text"]
    assert not is_bot or (bots and mentioned)
    assert mentioned or question.direct or (follow and known and question.continues)
    assert question.thread == event.get("thread_ts", event["ts"])
    assert "<@U0BOT>" not in question.text


def test_every_name_of_an_event_is_a_claim() -> None:
    """The message's place, the event's id and the client's id of the gesture."""
    event = {"type": "message", "channel": "D1", "user": "U1", "text": "x", "ts": "2.0", "client_msg_id": "abc"}
    body = {"event": event, "team_id": "T1", "event_id": "Ev1"}
    question = read_question(body, ME, in_thread=lambda _: False)
    assert question is not None
    assert claim_keys(body, question) == ["slack:message:T1:D1:2.0", "slack:event:Ev1", "slack:client:T1:D1:abc"]


def test_markup_is_read_as_words() -> None:
    """Mentions, channels, links, special words and entities become what a person sees."""
    text = "<@U0BOT> ask <@U2|ben> in <#C1|general> about <https://a.example|this> &amp; <!here> <mailto:a@b.c>"
    assert plain_words(text, ME) == "ask @ben in #general about this & mailto:a@b.c"


def test_a_command_has_no_message_of_its_own() -> None:
    """The gesture's id stands for it, and its text is read as words."""
    question = read_command(
        {"text": " a &lt; b ", "channel_id": "D1", "user_id": "U1", "team_id": "T1", "trigger_id": "7.8"}
    )
    assert (question.text, question.ts, question.direct) == ("a < b", "7.8", True)
