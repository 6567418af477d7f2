"""The Bolt app: which of Slack's events, commands and buttons go where."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, Any

from bot.surfaces.chat import words
from bot.surfaces.slack import render
from bot.surfaces.slack.command import answer_command, respond
from bot.surfaces.slack.events import Question

if TYPE_CHECKING:
    from slack_bolt import App

    from bot.surfaces.slack.surface import SlackSurface

log = logging.getLogger(__name__)

COMMAND_FIELDS = ("text", "channel_id", "user_id", "team_id", "trigger_id", "response_url")


def bolt_app(surface: SlackSurface) -> App:
    """Return the Bolt app of a surface. Bolt acknowledges events by itself, at once."""
    from slack_bolt import App, BoltResponse
    from slack_bolt.authorization import AuthorizeResult
    from slack_sdk import WebClient

    me = surface.me
    known = AuthorizeResult(enterprise_id=None, team_id=me.team, bot_user_id=me.user, bot_id=me.bot)
    app = App(
        signing_secret=surface.settings.slack_signing_secret or "unused in Socket Mode",
        client=WebClient(base_url=surface.sender.address),
        # Without it Bolt would ask Slack who we are before it acknowledges the first event.
        authorize=lambda: known,
        listener_executor=surface.listener,
        logger=log.getChild("bolt"),
    )

    @app.middleware
    def claim(body: dict[str, Any], request: Any, context: Any, next: Any) -> Any:
        """Claim a question before it is acknowledged; everything else that is a message ends here."""
        if (body.get("event") or {}).get("type") not in ("app_mention", "message"):
            return next()
        context["taken"] = surface.take(body)
        context["again"] = any(number != "0" for number in request.headers.get("x-slack-retry-num", ()))
        return next() if context["taken"] else BoltResponse(status=200)

    @app.event("app_mention")
    @app.event("message")
    def question(context: Any) -> None:
        answer = surface.answer_retry if context["again"] else surface.answer_later
        answer(*context["taken"])

    @app.event("assistant_thread_started")
    def panel(body: dict[str, Any]) -> None:
        surface.run(lambda: _greet(surface, body))

    @app.event("app_home_opened")
    def opened_by(body: dict[str, Any]) -> None:
        if body["event"].get("tab") == "messages":
            surface.run(lambda: _suggest(surface, body["event"]))

    @app.event("assistant_thread_context_changed")
    def panel_moved() -> None:
        """Nothing depends on the channel that the panel was opened from."""

    @app.event(re.compile(".*"))
    def other() -> None:
        """An event that we have no use for is acknowledged, or Slack would send it again."""

    @app.command(re.compile(r"^/"))
    def command(ack: Any, body: dict[str, Any]) -> None:
        ack({"response_type": "ephemeral", "text": words.WORKING})
        kept = {name: body.get(name) or "" for name in COMMAND_FIELDS}
        job = surface.store.claim([f"slack:command:{kept['trigger_id']}"], surface="slack", payload=kept)
        if job:
            surface.run(lambda: answer_command(surface, kept), job=job)

    @app.action(re.compile("^footnote_(up|down)$"))
    def thumb(ack: Any, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        surface.run(lambda: _rate(surface, body, action))

    @app.action("footnote_share")
    def share(ack: Any, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        if surface.store.claim([f"slack:share:{action['value']}"]):
            surface.run(lambda: _share(surface, body, action))

    @app.action(re.compile("^footnote_open_"))
    def opened(ack: Any) -> None:
        ack()  # a link; Slack only tells that it was pressed

    return app


def _greet(surface: SlackSurface, body: dict[str, Any]) -> None:
    """Greet in the assistant panel, once, and suggest questions."""
    thread = body["event"]["assistant_thread"]
    channel, ts = thread["channel_id"], thread["thread_ts"]
    if not surface.store.claim([f"slack:panel:{channel}:{ts}"]):
        return
    surface.sender.post(channel, ts, render.plain_message(words.GREETING))
    _set_prompts(surface, str(thread.get("user_id") or ""), channel_id=channel, thread_ts=ts)


def _suggest(surface: SlackSurface, event: dict[str, Any]) -> None:
    """Suggest questions above the messages of the app, where Slack's agent experience shows no thread of its own."""
    _set_prompts(surface, event["user"], channel_id=event["channel"], title=words.GREETING)


def _set_prompts(surface: SlackSurface, person: str, *, channel_id: str, **more: str) -> None:
    """Set questions to begin with. With a `thread_ts` Slack silently ignores them for an app with `agent_view`."""
    found = surface.prompts(channel_id, person)
    if found:
        prompts = [{"title": title, "message": message} for title, message in found]
        method = "assistant.threads.setSuggestedPrompts"
        surface.sender.attempt(method, channel_id=channel_id, prompts=prompts, **more)


def _rate(surface: SlackSurface, body: dict[str, Any], action: dict[str, Any]) -> None:
    person = f"slack:{(body.get('team') or {}).get('id', '')}:{body['user']['id']}"
    thumb = "up" if action["action_id"].endswith("up") else "down"
    stored = surface.store.rate(str(action.get("value", "")), person=person, thumb=thumb)
    text = words.THANKS if stored else words.GONE
    respond(body, response_type="ephemeral", replace_original=False, text=text)


def _share(surface: SlackSurface, body: dict[str, Any], action: dict[str, Any]) -> None:
    """Post an answer that only one person saw into the channel, and open its thread for follow-ups."""
    from slack_sdk.errors import SlackApiError

    reference = str(action["value"])
    channel = (body.get("channel") or {}).get("id", "")
    kept = surface.store.kept(reference)
    if kept is None:
        respond(body, response_type="ephemeral", replace_original=False, text=words.GONE)
        return
    if channel not in surface.settings.slack_guest_channels and surface.channels.shared(channel):
        surface.store.unclaim(f"slack:share:{reference}")
        respond(body, response_type="ephemeral", replace_original=False, text=words.NO_STRANGERS)
        return
    messages = render.answer_messages(kept.answer, reference=reference, page=surface.settings.page_url, question=True)
    try:
        thread = surface.sender.post(channel, "", messages[0])
        for message in messages[1:]:
            surface.sender.post(channel, thread, message)
    except SlackApiError:
        surface.store.unclaim(f"slack:share:{reference}")
        respond(body, response_type="ephemeral", replace_original=False, text=words.NOT_SHARED)
        return
    team = (body.get("team") or {}).get("id", "") or surface.me.team
    question = Question(kept.answer.question, team, channel, body["user"]["id"], thread, thread)
    surface.keep(reference, question, kept.answer)
    surface.store.join_thread(question.place)
    respond(body, delete_original=True)
