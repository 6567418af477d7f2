"""Settings: every value that a person may set, where it may come from, and where it did come from.

A value is looked up in this order: the argument that a caller gives, the environment variable
`FOOTNOTE_<NAME>`, `footnote.toml` in the current folder or the nearest folder above it, the default.
To add a setting, add a field to `Settings`; its text lands in docs/settings.md (`python -m
bot.settings.reference` writes it) and in `footnote status`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_type_hints

from bot.errors import SettingError
from bot.settings.checks import (
    Check,
    addresses_or_networks,
    between,
    channel_map,
    collection_name,
    group_map,
    http_address,
    level_or_probability,
    library_name,
    no_address,
    not_blank,
    without_password,
)
from bot.settings.reading import Known, Setting, checked, plain_value, read_environment, read_file, reject_unknown


def setting(
    default: Any,
    doc: str,
    *,
    group: str,
    check: Check | None = None,
    secret: bool = False,
    path: bool = False,
    address: bool = False,
    also: tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field that is a setting.

    Args:
        default: Value when nothing sets it.
        doc: One or two sentences for a person.
        group: Heading that it stands under in the documentation.
        check: What a value must hold besides its type.
        secret: Read from the environment only, and never shown.
        path: A relative path in footnote.toml starts at the folder of that file.
        address: It may be an address with a password, which is never shown.
        also: Other environment variables that are read when FOOTNOTE_<NAME> is not set.
    """
    metadata = {"doc": doc, "group": group, "check": check, "secret": secret, "path": path, "also": also}
    metadata["address"] = address
    return field(default=default, repr=not (secret or address), metadata=metadata)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All settings of one run. Build it with `Settings.load()`; the bare class takes the defaults.

    Raises:
        SettingError: A value has the wrong type or lies outside its range.
    """

    # Library
    library: str = setting(
        ".footnote",
        "Folder of the library, or the address of a PostgreSQL database, `postgresql://user@host/database`. A relative "
        "path starts at the current folder.",
        group="Library",
        check=library_name,
        path=True,
        address=True,
    )
    collection: str = setting(
        "default",
        "Collection that new documents are added to.",
        group="Library",
        check=collection_name,
    )
    chroma: str = setting(
        "",
        "Where Chroma keeps its index: empty for inside the library, a folder, the address of a "
        "Chroma server (`http://localhost:8000`), or `cloud://`.",
        group="Library",
        path=True,
    )
    embedding_model: str = setting(
        "",
        "Embedding model: empty for the one that comes with Footnote (of a library that another made: that one), or "
        "the name or folder of any sentence-transformers model. Changing it means embedding the library anew.",
        group="Library",
    )
    cache: str = setting(
        "",
        "Folder for converted models; empty for the user's cache folder.",
        group="Library",
        path=True,
    )
    threads: int = setting(
        0,
        "Threads for embedding; 0 uses one for each core.",
        group="Library",
        check=between(0, 256),
    )

    # Answers
    model: str = setting(
        "quotes",
        "Who writes the answer: `quotes` quotes the documents and sends nothing anywhere; otherwise a "
        "chat model as `provider:name` (`openai:gpt-5-mini`, `ollama:qwen3`, `local:/models/model.gguf`).",
        group="Answers",
        check=not_blank,
    )
    model_url: str = setting(
        "",
        "Address of an OpenAI-compatible server, when the model is not at its provider's own. In "
        "footnote.toml only an address of this machine is accepted.",
        group="Answers",
        check=http_address,
    )
    model_context: int = setting(
        0,
        "Tokens of context for the chat model; 0 takes 4,096 for a local file, 8,192 for Ollama and 16,384 "
        "for a provider.",
        group="Answers",
        check=between(0, 10_000_000),
    )
    model_seconds: int = setting(
        120,
        "Longest silence of a chat model's provider, in seconds.",
        group="Answers",
        check=between(1, 3_600),
    )
    model_daily_tokens: int = setting(
        0,
        "Tokens that chat models may read and write for this library in a day (UTC); 0 for no budget. Once they are "
        "spent, quotes stand in and say so.",
        group="Answers",
        check=between(0, 10_000_000_000),
    )
    model_answer_tokens: int = setting(
        0,
        "Tokens that a chat model may read and write for one answer, all its calls together; 0 for as many as its "
        "context holds. Passages that do not fit are left out, and the answer says so.",
        group="Answers",
        check=between(0, 10_000_000),
    )
    model_cache: bool = setting(
        True,
        "Whether a chat model's replies are kept in the library, for 30 days, and taken again for the very same "
        "question, passages and model, without tokens. Never where a passage is of one of `private_collections`; "
        "`footnote compact` deletes them.",
        group="Answers",
    )
    model_threads: int = setting(
        0,
        "Threads for a local chat model; 0 uses one for each core, half of them on a busy machine.",
        group="Answers",
        check=between(0, 256),
    )
    threshold: Literal["strict", "balanced", "open"] | float = setting(
        "balanced",
        "How sure Footnote must be before it answers: `strict` answers less and errs less, `open` answers more; "
        "or the least probability, 0 to 1, that the documents hold an answer. What each level does: "
        "[evaluation.md](evaluation.md).",
        group="Answers",
        check=level_or_probability,
    )
    model_threshold: float = setting(
        0.03,
        "The least probability, 0 to 1, that the documents hold an answer at which a chat model is asked. Low: that "
        "they are about the question at all. What it writes is checked, and where nothing stands the documents don't "
        "say. Models of fewer than 400 million parameters are asked from `threshold` on.",
        group="Answers",
        check=between(0, 1),
    )
    sentences: int = setting(
        3,
        "Most sentences that `quotes` answers with; a list that is quoted whole counts as one.",
        group="Answers",
        check=between(1, 20),
    )
    passages: int = setting(
        10,
        "Passages that an answer is made from; a chat model is sent the six of them that answer likeliest, all for a "
        "comparison or a draft.",
        group="Answers",
        check=between(1, 100),
    )
    neighbours: bool = setting(
        True,
        "Whether a quoted sentence that refers to the one before it (`This`, `It`) brings it along.",
        group="Answers",
    )
    short_answers: bool = setting(
        False,
        "Whether of a quoted sentence only the words that answer are shown, where the reader is sure of them, and of a "
        "yes or no only that; the footnotes quote the whole sentences.",
        group="Answers",
    )
    show_nearest: bool = setting(
        False,
        "Whether the nearest passages are shown when the documents don't say.",
        group="Answers",
    )
    show_withheld: bool = setting(
        False,
        "Whether sentences of a chat model that failed their check are shown, marked as such.",
        group="Answers",
    )
    language: str = setting(
        "",
        "Language that a chat model answers in, for example `English` or `ja`; empty for the question's own.",
        group="Answers",
    )
    reader: str = setting(
        "on",
        "The model that reads the passages found, and decides whether they answer and in which words: "
        "`on`, `off`, or the "
        "path of other weights (ONNX, with tokenizer.json beside it). English only; other languages go on without it.",
        group="Answers",
        check=not_blank,
    )
    reranker: str = setting(
        "",
        "Puts the passages in a better order before an answer is chosen, for some tenths of a second more: `tokens` "
        "(the embedding model's word pieces), or the name or folder of a cross-encoder; empty for none.",
        group="Answers",
    )
    nli: str = setting(
        "",
        "Name or folder of a natural-language-inference cross-encoder for a deeper check of a chat "
        "model's sentences; empty for none.",
        group="Answers",
    )
    max_question_length: int = setting(
        4_000, "Longest question, in characters.", group="Answers", check=between(1, 100_000)
    )

    # Reading files
    file_megabytes: int = setting(
        256, "Largest file that is read, in megabytes.", group="Reading files", check=between(1, 100_000)
    )
    file_seconds: int = setting(
        120, "Longest time for reading one file, in seconds.", group="Reading files", check=between(1, 86_400)
    )
    file_memory_megabytes: int = setting(
        1_536,
        "Most memory for reading one file, in megabytes.",
        group="Reading files",
        check=between(64, 1_000_000),
    )
    ocr_languages: tuple[str, ...] = setting(
        ("eng",),
        "Languages of scanned pages, as Tesseract names them (`eng,jpn`). RapidOCR, of the extra `ocr`, takes them "
        "only to know whether it can read their letters.",
        group="Reading files",
    )
    addresses: bool = setting(
        False,
        "Whether public web addresses are read: by `footnote ingest https://…`, and when an editor of "
        "`footnote serve` gives one.",
        group="Reading files",
    )

    # Serving
    host: str = setting(
        "127.0.0.1",
        "Address that `footnote serve` listens on. Anything but this machine needs `access_token` or user accounts.",
        group="Serving",
        check=not_blank,
    )
    port: int = setting(8_000, "Port that `footnote serve` listens on.", group="Serving", check=between(0, 65_535))
    offline: bool = setting(False, "Forbid every connection that leaves this machine.", group="Serving")
    log_level: Literal["debug", "info", "warning", "error"] = setting(
        "warning", "How much is logged. Document text and secrets never are.", group="Serving"
    )
    page_url: str = setting(
        "",
        "Address at which people reach the page of `footnote serve`; footnotes in Slack and Discord link "
        "to it. Empty for no links.",
        group="Serving",
        check=http_address,
    )
    allowed_hosts: tuple[str, ...] = setting(
        (),
        "Names that `footnote serve` answers to besides this machine's own (`docs.example.org`). When it "
        "listens on another address, empty means any.",
        group="Serving",
    )
    trusted_proxies: tuple[str, ...] = setting(
        (),
        "Addresses or networks (`10.0.0.0/8`) of the proxies in front of `footnote serve` and `footnote mcp --http`. "
        "Who asks, and whether by https, is read from `X-Forwarded-For` and `X-Forwarded-Proto` of these alone.",
        group="Serving",
        check=addresses_or_networks,
    )
    questions_per_minute: int = setting(
        120,
        "Questions and searches that one caller may send in a minute; 0 for no limit.",
        group="Serving",
        check=between(0, 1_000_000),
    )
    streams_each: int = setting(
        8, "Answers that may stream to one caller at once.", group="Serving", check=between(1, 1_000)
    )
    streams: int = setting(
        64, "Answers that may stream at once to all callers.", group="Serving", check=between(1, 1_000)
    )
    upload_megabytes: int = setting(
        1_000,
        "Largest upload, all its files together, in megabytes. Each file is also held to `file_megabytes`.",
        group="Serving",
        check=between(1, 100_000),
    )
    question_log: bool = setting(
        False,
        "Whether questions that people ask on the page, or by `/v1/ask`, and that the documents don't answer are kept "
        "for [the desk](desk.md); the page says so to whoever asks.",
        group="Serving",
    )
    question_log_names: bool = setting(
        False, "Whether it is kept who asked them. The page says that too.", group="Serving"
    )
    question_log_days: int = setting(
        90, "Days after which what was kept for the desk is deleted.", group="Serving", check=between(1, 3_650)
    )
    stop_seconds: int = setting(
        30,
        "Longest time that `footnote serve` waits for answers to finish when it is stopped.",
        group="Serving",
        check=between(1, 3_600),
    )

    # Signing in by an identity provider
    oidc_issuer: str = setting(
        "",
        "Address of the identity provider that people of `footnote serve` sign in at (OpenID Connect), as its "
        "`/.well-known/openid-configuration` names it; empty for none. That of another machine is read from the "
        "environment only.",
        group="Signing in",
        check=http_address,
    )
    oidc_client_id: str = setting("", "What Footnote is called at the identity provider.", group="Signing in")
    oidc_client_secret_file: str = setting(
        "", "File that holds the client's secret, instead of `oidc_client_secret`.", group="Signing in", path=True
    )
    oidc_label: str = setting(
        "", "What stands on the page after “Sign in with”; empty for the provider's host.", group="Signing in"
    )
    oidc_scopes: tuple[str, ...] = setting(
        ("openid", "profile", "email"),
        "Scopes that are asked for; some providers have one for groups.",
        group="Signing in",
    )
    oidc_name_claim: str = setting(
        "preferred_username",
        "Claim that an account's name is taken from, at a person's first sign-in. Whose it is goes by `sub`.",
        group="Signing in",
        check=not_blank,
    )
    oidc_groups_claim: str = setting(
        "groups", "Claim that lists a person's groups.", group="Signing in", check=not_blank
    )
    oidc_roles: tuple[str, ...] = setting(
        (),
        "Who may do what, as `GROUP=reader` or `GROUP=editor`; `*=reader` stands for people of no group that is named. "
        "Whom none of them names is not let in. Without it everybody is a reader.",
        group="Signing in",
        check=group_map("reader", "editor"),
    )
    oidc_collections: tuple[str, ...] = setting(
        (),
        "Who sees which collections, as `GROUP=NAME+NAME`, or `GROUP=*` for all; `*=NAME` stands for people of no "
        "group that is named. Whom none of them names is not let in. Without it everybody sees all collections.",
        group="Signing in",
        check=group_map(),
    )
    oidc_session_hours: int = setting(
        12,
        "Hours after which whoever signed in at the identity provider does so again; then a group that was lost is "
        "lost here too.",
        group="Signing in",
        check=between(1, 720),
    )
    oidc_token_days: int = setting(
        30,
        "Days after a person's last sign-in at the identity provider for which the person's access tokens work.",
        group="Signing in",
        check=between(1, 3_650),
    )
    passwords: bool = setting(
        True,
        "Whether accounts may sign in with a password. Off, people come by the identity provider, programs by token.",
        group="Signing in",
    )

    # Audit
    audit: Literal["off", "changes", "all"] = setting(
        "changes",
        "What is noted of people who sign in to `footnote serve`: `changes` for sign-ins and changes, `all` for what "
        "they ask and read too (ids and counts, never words), `off` for nothing. `footnote audit` shows it.",
        group="Audit",
    )
    audit_folder: str = setting(
        "", "Folder of the audit log; empty for `audit` in the library.", group="Audit", path=True, check=no_address
    )
    audit_days: int = setting(
        365, "Days after which what was noted is deleted.", group="Audit", check=between(1, 36_500)
    )

    # Slack and Discord
    chat_collections: tuple[str, ...] = setting(
        (),
        "Which channel searches which collections, as `CHANNEL=NAME+NAME`. `direct=` stands for direct "
        "messages, `*=` for channels that are not named. Without it all collections are searched.",
        group="Slack and Discord",
        check=channel_map,
    )
    private_collections: tuple[str, ...] = setting(
        (),
        "Collections that are searched only from private channels that `chat_collections` names, never "
        "from a public one.",
        group="Slack and Discord",
    )
    chat_follow_ups: bool = setting(
        True,
        "Whether a message in a thread that Footnote answered in is a question without a mention.",
        group="Slack and Discord",
    )
    chat_bots: bool = setting(
        False, "Whether other bots that mention Footnote are answered.", group="Slack and Discord"
    )
    chat_cooldown: int = setting(
        3,
        "Seconds that one person waits between two questions on Discord; 0 for none.",
        group="Slack and Discord",
        check=between(0, 3_600),
    )
    slack_guest_channels: tuple[str, ...] = setting(
        (),
        "Ids of the Slack channels in which guests, and people of other workspaces (Slack Connect), are answered or "
        "read along; empty for none.",
        group="Slack and Discord",
    )
    discord_servers: tuple[str, ...] = setting(
        (), "Ids of the Discord servers that are answered; empty for all.", group="Slack and Discord"
    )
    discord_channels: tuple[str, ...] = setting(
        (),
        "Ids of the Discord channels, forums or categories that are answered; empty for all.",
        group="Slack and Discord",
    )
    discord_threads: bool = setting(
        True,
        "Whether a question in a Discord channel is answered in a thread of its own.",
        group="Slack and Discord",
    )

    # Secrets
    model_key: str = setting(
        "",
        "Key for the server at `model_url`. A provider's own key (`OPENAI_API_KEY`) is never sent there.",
        group="Secrets",
        secret=True,
    )
    file_passwords: tuple[str, ...] = setting(
        (), "Passwords to try on encrypted files, with commas between them.", group="Secrets", secret=True
    )
    access_token: str = setting("", "Token that clients of `footnote serve` must send.", group="Secrets", secret=True)
    oidc_client_secret: str = setting(
        "", "Secret of the client `oidc_client_id` at the identity provider.", group="Secrets", secret=True
    )
    slack_bot_token: str = setting(
        "",
        "Bot token of the Slack app (`xoxb-…`).",
        group="Secrets",
        secret=True,
        also=("SLACK_BOT_TOKEN",),
    )
    slack_app_token: str = setting(
        "",
        "App token of the Slack app (`xapp-…`), for Socket Mode.",
        group="Secrets",
        secret=True,
        also=("SLACK_APP_TOKEN",),
    )
    slack_signing_secret: str = setting(
        "",
        "Signing secret of the Slack app, for HTTP mode.",
        group="Secrets",
        secret=True,
        also=("SLACK_SIGNING_SECRET",),
    )
    discord_token: str = setting("", "Token of the Discord bot.", group="Secrets", secret=True, also=("DISCORD_TOKEN",))

    origins: Mapping[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        for item in known_settings().values():
            value = checked(item, getattr(self, item.name), origin=self.origin(item.name))
            object.__setattr__(self, item.name, value)

    @classmethod
    def load(
        cls,
        *,
        folder: Path | None = None,
        environ: Mapping[str, str] | None = None,
        **overrides: Any,
    ) -> Settings:
        """Return the settings that hold in `folder`.

        Args:
            folder: Where the search for footnote.toml begins; the current folder if None.
            environ: Environment variables; those of the process if None.
            overrides: Values by name that beat file and environment; None means "not given".

        Raises:
            SettingError: A name is unknown, or a value is of the wrong type or out of range. The
                message names where it came from.
        """
        environ = os.environ if environ is None else environ
        given = {name: value for name, value in overrides.items() if value is not None}
        known = known_settings()
        reject_unknown(given, known, origin="the arguments")
        found = {**read_file(folder or Path.cwd(), environ, known), **read_environment(environ, known)}
        found |= {name: (value, "given") for name, value in given.items()}
        values = {name: value for name, (value, _) in found.items()}
        return cls(**values, origins={name: origin for name, (_, origin) in found.items()})

    def origin(self, name: str) -> str:
        """Return where the value of `name` came from, in words: "default", "given", a variable, a file."""
        unchanged = _field(name).default == getattr(self, name)
        return self.origins.get(name, "default" if unchanged else "given")

    def shown(self, name: str) -> str:
        """Return the value of `name` as a person may see it; a secret is only "set" or "not set"."""
        item = _field(name)
        value = getattr(self, name)
        if item.metadata["secret"]:
            return "set" if value else "not set"
        return without_password(value) if item.metadata["address"] else plain_value(value)


def setting_fields() -> tuple[Field[Any], ...]:
    """Return the fields of `Settings` that are settings, in the order of the documentation."""
    return tuple(item for item in fields(Settings) if "doc" in item.metadata)


@cache
def known_settings() -> Known:
    """Return all settings by name, with their types, as reading them needs."""
    hints = get_type_hints(Settings)
    return {item.name: Setting(item.name, hints[item.name], item.metadata) for item in setting_fields()}


def _field(name: str) -> Field[Any]:
    for item in setting_fields():
        if item.name == name:
            return item
    raise SettingError(f"There is no setting called {name!r}.", remedy="`footnote status` lists the settings.")
