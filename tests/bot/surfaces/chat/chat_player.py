"""Plays a scenario file against a surface and writes down what people see."""

from __future__ import annotations

import textwrap
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

from discord_stage import Stage as DiscordStage
from discord_stage import discord_stage
from fake_discord import BOT, GENERAL, STAFF, Sent
from fake_slack import BOT_USER
from scripted_bot import ScriptedBot
from slack_stage import Stage as SlackStage
from slack_stage import shown, slack_stage

from bot.answer import Answer, Citation, Statement, Withheld

PEOPLE = {"slack": {"ana": "U1", "ben": "U2", "cleo": "U3"}, "discord": {"ana": "1", "ben": "2", "cleo": "3"}}
CHANNELS = {
    "slack": {"#public": "C1", "#private": "G1", "direct": "D1"},
    "discord": {"#public": GENERAL, "#private": STAFF, "direct": "91"},
}


def play(path: Path, folder: Path) -> str:
    """Play a scenario and return its transcript."""
    scenario = tomllib.loads(path.read_text(encoding="utf-8"))
    surface = scenario["surface"]
    settings = {name: _named(value, surface) for name, value in scenario.get("settings", {}).items()}
    names = tuple(scenario.get("collections", {}).get("names", ["default"]))
    bot = ScriptedBot(lambda question: _answer(scenario, question, bot), collection_names=names)
    lines = [scenario["title"], ""]
    if surface == "slack":
        with slack_stage(folder, bot, **settings) as slack:
            slack.slack.private_channels.add("G1")
            lines += _Slack(slack).play(scenario["step"])
    else:
        with discord_stage(folder, bot, **settings) as discord:
            lines += _Discord(discord).play(scenario["step"])
    return "\n".join(lines).rstrip() + "\n"


def _named(value: Any, surface: str) -> Any:
    if isinstance(value, list):
        for name, number in CHANNELS[surface].items():
            value = [entry.replace(name, number) for entry in value]
        return tuple(value)
    return value


def _answer(scenario: dict[str, Any], question: str, bot: ScriptedBot) -> Answer:
    (entry,) = [entry for entry in scenario["answer"] if entry["question"] in question]
    searched = "all 6 documents"
    if entry.get("show_filter") and bot.asked[-1].filter:
        searched = f"collection {', '.join(bot.asked[-1].filter.collections)}"
    if entry.get("abstained") or entry.get("notice"):
        return Answer(
            question,
            abstained=bool(entry.get("abstained")),
            notice=entry.get("notice", ""),
            searched=searched,
        )
    if entry.get("show_filter") and "legal" not in searched:
        return Answer(question, abstained=True, searched=searched)
    first = 0
    for earlier in scenario["answer"][: scenario["answer"].index(entry)]:
        first += len({number for _, numbers in earlier.get("statements", []) for number in numbers})
    count = len({number for _, numbers in entry["statements"] for number in numbers})
    citations = []
    for number, source in enumerate(scenario["source"][first : first + count], start=1):
        quote, place = source["quote"], source.get("place", "")
        document = f"{first + number:016x}"
        citations.append(Citation(number, document, source["title"], "/docs", None, 0, len(quote), quote, place))
    statements = tuple(
        Statement(_long(text, entry), tuple(numbers), entry.get("support", "quoted"))
        for text, numbers in entry["statements"]
    )
    withheld = (Withheld("…", "not supported"),) * entry.get("withheld", 0)
    answer = Answer(question, statements, tuple(citations), searched=searched, withheld=withheld)
    return replace(answer, model=entry.get("model", "quotes"))


def _long(text: str, entry: dict[str, Any]) -> str:
    """Return a text whose lines with # in them are repeated with a number in its place."""
    times = range(1, 1 + entry.get("times", 1))
    numbered = [[line.replace("#", str(n)) for n in times] if "#" in line else [line] for line in text.split("\n")]
    return "\n".join(line for lines in numbered for line in lines)


class _Slack:
    def __init__(self, stage: SlackStage) -> None:
        self.stage = stage
        self.events: list[dict[str, Any]] = []
        self.told: set[str] = set()
        self.heard = 0
        self.seen = 0

    def play(self, steps: list[dict[str, Any]]) -> list[str]:
        lines: list[str] = []
        for step in steps:
            lines += self._step(step)
            lines.append("")
        return lines

    def _step(self, step: dict[str, Any]) -> list[str]:
        slack = self.stage.slack
        who = PEOPLE["slack"][step["who"]]
        root = self.events[step["in"] - 1] if "in" in step else None
        channel = root["channel"] if root else CHANNELS["slack"][step["where"]]
        place = f"thread {step['in']}" if root else step["where"]
        event: dict[str, Any] = {"channel": channel, "ts": ""}
        if "says" in step:
            text = step["says"].replace("@footnote", f"<@{BOT_USER}>")
            kind = {"D": "im", "G": "group", "C": "channel"}[channel[0]]
            event = slack.say(channel, who, text, kind=kind, thread=root["ts"] if root else "")
            for retry in range(1 + step.get("again", 0)):
                slack.deliver(slack.envelope(event), retry=retry)
            if f"<@{BOT_USER}>" in text:
                slack.deliver(slack.envelope({**event, "type": "app_mention"}))
            did = f"{step['who']}, {place}: {step['says']}"
        elif "opens" in step:
            event["ts"] = slack.ts()
            panel = {"user_id": who, "channel_id": channel, "thread_ts": event["ts"], "context": {}}
            slack.deliver(slack.envelope({"type": "assistant_thread_started", "assistant_thread": panel}))
            self.stage.wait(lambda: "assistant.threads.setSuggestedPrompts" in slack.methods())
            did = f"{step['who']}, {place}: (opens {step['opens']})"
        elif "asks" in step:
            slack.command(channel, who, step["asks"])
            did = f"{step['who']}, {place}: /ask {step['asks']}"
        elif "edits" in step:
            message = {
                "type": "message",
                "user": who,
                "text": step["edits"],
                "ts": slack.ts(),
                "edited": {"user": who},
            }
            changed = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": channel}
            slack.deliver(slack.envelope({**changed, "ts": slack.ts(), "message": message}))
            did = f"{step['who']}, {place}: (edits a message)"
        else:
            private = [message for message in slack.ephemeral if "blocks" in message]
            target = slack.replies(channel, root["ts"])[-1] if root and root["ts"] else private[-1]
            buttons = [b for block in target["blocks"] if block["type"] == "actions" for b in block["elements"]]
            (action,) = [b["action_id"] for b in buttons if b["text"]["text"] == step["presses"]]
            slack.press(target, action, who, channel)
            did = f"{step['who']}, {place}: (presses {step['presses']})"
        self.events.append(event)
        self.stage.idle()
        self.stage.wait(lambda: self.stage.surface._workers._work_queue.empty())
        self.stage.idle()
        return [did, *self._new()]

    def _new(self) -> list[str]:
        lines: list[str] = []
        for message in sorted(self.stage.slack.ours(), key=lambda m: m["ts"]):
            if message["ts"] not in self.told:
                self.told.add(message["ts"])
                where = "in the thread" if message.get("thread_ts") else "in the channel"
                lines += _said(f"Footnote, {where}", shown(message))
        for private in self.stage.slack.ephemeral[self.heard :]:
            gone = "(the private answer is taken away)" if private.get("delete_original") else shown(private)
            lines += _said(f"Footnote, to {_name('slack', private['to'])} only", gone)
        self.heard = len(self.stage.slack.ephemeral)
        for call in self.stage.slack.calls[self.seen :]:
            if call.method == "assistant.threads.setSuggestedPrompts":
                suggested = [f"({prompt['title']}) asks: {prompt['message']}" for prompt in call.arguments["prompts"]]
                lines += _said("Footnote suggests", "\n".join(suggested))
        self.seen = len(self.stage.slack.calls)
        return lines


class _Discord:
    def __init__(self, stage: DiscordStage) -> None:
        self.stage = stage
        self.places: list[str] = []
        self.told = 0
        self.answers: list[Sent] = []

    def play(self, steps: list[dict[str, Any]]) -> list[str]:
        lines: list[str] = []
        for step in steps:
            lines += self._step(step)
            lines.append("")
        return lines

    def _step(self, step: dict[str, Any]) -> list[str]:
        discord = self.stage.discord
        who = PEOPLE["discord"][step["who"]]
        channel = self.places[step["in"] - 1] if "in" in step else CHANNELS["discord"][step["where"]]
        place = f"thread {step['in']}" if "in" in step else step["where"]
        if "says" in step:
            message = discord.say(channel, who, step["says"].replace("@footnote", f"<@{BOT}>"))
            for _ in range(step.get("again", 0)):
                discord.dispatch("MESSAGE_CREATE", message)
            did = f"{step['who']}, {place}: {step['says']}"
            self.places.append(channel if "in" in step else message["id"])
        elif "asks" in step:
            discord.command(channel, who, step["asks"], private=step.get("private", False))
            did = f"{step['who']}, {place}: /ask {step['asks']}"
            self.places.append(channel)
        else:
            target = [sent for sent in discord.in_channel(channel) if sent.body.get("components")][-1]
            if "in" in step and channel == GENERAL:
                target = next(sent for sent in discord.in_channel(channel) if sent.body.get("components"))
            discord.press(target, step["presses"], who)
            self.stage.wait(lambda: len(discord.sent) > self.told)
            did = f"{step['who']}, {place}: (presses {step['presses']})"
            self.places.append(channel)
        self.stage.idle()
        return [did, *self._new()]

    def _new(self) -> list[str]:
        lines: list[str] = []
        for sent in self.stage.discord.sent[self.told :]:
            where = "in the channel" if sent.channel == GENERAL else "in the thread"
            text = sent.content
            for row in sent.body.get("components") or []:
                labels = [b.get("label") or b["emoji"]["name"] for b in row["components"]]
                text += "\n" + " ".join(f"({label})" for label in labels)
            lines += _said(f"Footnote, {'to the asker only' if sent.ephemeral else where}", text)
        self.told = len(self.stage.discord.sent)
        return lines


def _said(who: str, text: str) -> list[str]:
    return [f"    {who}:", *textwrap.indent(text.replace("\u200b", "·"), " " * 8, lambda _: True).split("\n")]


def _name(surface: str, number: str) -> str:
    return next(name for name, value in PEOPLE[surface].items() if value == number)
