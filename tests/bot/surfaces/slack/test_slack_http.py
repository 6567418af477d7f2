"""Slack's HTTP mode: requests signed as Slack signs them; and the start of `footnote slack`."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from fake_slack import BOT_TOKEN, SECRET, FakeSlack, signed
from scripted_bot import ScriptedBot, echo
from slack_stage import Stage, slack_stage

from bot.errors import SettingError
from bot.settings.settings import Settings
from bot.surfaces.chat.store import ChatStore
from bot.surfaces.slack.serve import SCOPES, http_app, missing_scopes, require_tokens
from bot.surfaces.slack.surface import SlackSurface


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A surface; its socket is there too and stays unused."""
    with slack_stage(tmp_path, ScriptedBot(echo)) as stage:
        yield stage


def post(stage: Stage, body: str, headers: dict[str, str], kind: str = "application/json") -> tuple[int, str]:
    """Send a request to the ASGI application; return status and body."""
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body.encode(), "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    pairs = [(name.lower().encode(), value.encode()) for name, value in {**headers, "content-type": kind}.items()]
    scope = {"type": "http", "method": "POST", "path": "/slack/events", "query_string": b"", "headers": pairs}
    asyncio.run(http_app(stage.surface)(scope, receive, send))
    return sent[0]["status"], b"".join(m.get("body", b"") for m in sent).decode()


def test_a_signed_event_is_acknowledged_and_answered_once(stage: Stage) -> None:
    """A signed event gets 200 at once and its answer in the thread; a retry by HTTP is not answered again."""
    event = stage.slack.say("C1", "U1", "<@U0BOT> the fee")
    body = json.dumps(stage.slack.envelope({**event, "type": "app_mention"}))
    assert post(stage, body, signed(body))[0] == 200
    retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
    assert post(stage, body, {**signed(body), **retry})[0] == 200
    assert len(stage.answers(event)) == 1


def test_a_wrong_or_old_signature_is_refused(stage: Stage) -> None:
    """Another secret, a changed body, no signature, or one of ten minutes ago: 401, and nothing is asked."""
    body = json.dumps(stage.slack.envelope(stage.slack.say("D1", "U1", "x", kind="im")))
    for headers in (
        signed(body, secret="another"),
        signed(body + " "),
        signed(body, at=time.time() - 600),
        {},
    ):
        assert post(stage, body, headers)[0] == 401
    stage.idle()
    assert stage.bot.asked == []


def test_slack_s_check_of_the_address_is_answered(stage: Stage) -> None:
    """The challenge that Slack sends when the address is entered comes back."""
    body = json.dumps({"type": "url_verification", "challenge": "abc123", "token": "x"})
    status, text = post(stage, body, signed(body))
    assert status == 200 and "abc123" in text


def test_a_signed_command_is_acknowledged_with_a_status(stage: Stage) -> None:
    """A slash command comes as a form; its acknowledgement says that the search is on."""
    address = f"http://127.0.0.1:{stage.slack.port}/response/C1/U1"
    form = {"command": "/ask", "text": "the fee", "user_id": "U1", "channel_id": "C1", "team_id": "T0TEAM"}
    body = urlencode({**form, "trigger_id": "t1", "response_url": address})
    status, text = post(stage, body, signed(body), "application/x-www-form-urlencoded")
    assert status == 200 and "Searching the documents" in text
    stage.wait(lambda: len(stage.slack.ephemeral) == 1)


def test_missing_tokens_are_named_with_the_place_to_get_them() -> None:
    """Both modes say which tokens are missing; a token of the wrong kind is noticed."""
    with pytest.raises(SettingError) as both:
        require_tokens(Settings(), http=False)
    assert "FOOTNOTE_SLACK_BOT_TOKEN" in str(both.value) and "FOOTNOTE_SLACK_APP_TOKEN" in str(both.value)
    assert "api.slack.com/apps" in str(both.value)
    with pytest.raises(SettingError, match="FOOTNOTE_SLACK_SIGNING_SECRET"):
        require_tokens(Settings(slack_bot_token=BOT_TOKEN), http=True)
    with pytest.raises(SettingError, match="FOOTNOTE_SLACK_BOT_TOKEN must begin with xoxb-"):
        require_tokens(Settings(slack_bot_token="xapp-1", slack_app_token="xapp-1"), http=False)


def test_a_refused_token_is_said_in_words(tmp_path: Path) -> None:
    """A token that Slack does not know ends in a sentence, not in a traceback."""
    settings = Settings(slack_bot_token="xoxb-wrong", slack_app_token="xapp-1", slack_signing_secret=SECRET)
    with FakeSlack() as slack, pytest.raises(SettingError, match="refuses the bot token \\(invalid_auth\\)"):
        SlackSurface(ScriptedBot(echo), settings, ChatStore(tmp_path / "c.sqlite"), address=slack.address)  # type: ignore[arg-type]


def test_the_command_without_tokens_exits_with_status_2() -> None:
    """`footnote slack` without tokens says what is missing and exits with 2, without a traceback."""
    done = subprocess.run(
        [sys.executable, "-m", "bot.surfaces.cli.app", "slack"],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin"},
        cwd=Path(__file__).parents[4],
        check=False,
    )
    assert done.returncode == 2 and "FOOTNOTE_SLACK_BOT_TOKEN" in done.stderr and "Traceback" not in done.stderr


def test_the_manifest_has_what_the_code_uses() -> None:
    """docs/slack-manifest.yaml subscribes to the events, asks for the scopes and makes the command."""
    import yaml

    path = Path(__file__).parents[4] / "docs" / "slack-manifest.yaml"
    manifest = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(manifest["oauth_config"]["scopes"]["bot"]) == set(SCOPES)
    assert manifest["features"]["agent_view"]["agent_description"] and "assistant_view" not in manifest["features"]
    assert {"app_mention", "message.im", "message.channels", "app_home_opened", "assistant_thread_started"} <= set(
        manifest["settings"]["event_subscriptions"]["bot_events"]
    )
    assert manifest["features"]["slash_commands"][0]["command"] == "/ask"
    assert manifest["settings"]["interactivity"]["is_enabled"] and manifest["settings"]["socket_mode_enabled"]


def test_missing_scopes_are_named_at_the_start() -> None:
    """Each lacking scope is named with what fails without it; none are where Slack does not tell."""
    lines = missing_scopes([scope for scope in SCOPES if scope != "commands"])
    assert lines[1:] == ["  commands: /ask"]
    assert missing_scopes([]) == missing_scopes(list(SCOPES)) == []


def test_scopes_are_read_from_slack(tmp_path: Path) -> None:
    """Slack tells an app's scopes in a header of auth.test."""
    with slack_stage(tmp_path, ScriptedBot(echo)) as stage:
        assert stage.surface.scopes == ("chat:write", "commands")
