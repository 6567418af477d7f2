"""What Prometheus may read: counts and times, never a word of a question or document."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

if TYPE_CHECKING:
    from bot.models.usage import Usage

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """The counters of one server, in a registry of their own."""

    content_type = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self.counting = threading.Lock()
        self.requests = Counter(
            "footnote_http_requests", "Requests answered.", ("method", "route", "status"), registry=registry
        )
        self.request_seconds = Histogram(
            "footnote_http_request_seconds",
            "Time from request to the end of its response.",
            ("route",),
            buckets=SECONDS,
            registry=registry,
        )
        self.answers = Counter("footnote_answers", "Questions answered.", ("result",), registry=registry)
        self.answer_seconds = Histogram(
            "footnote_answer_seconds",
            "Time from question to finished answer.",
            buckets=SECONDS,
            registry=registry,
        )
        self.model_tokens = Counter(
            "footnote_model_tokens",
            "Tokens of chat models; cached ones are among those read.",
            ("kind",),
            registry=registry,
        )
        self.model_replies = Counter(
            "footnote_model_replies",
            "Replies of chat models, written or taken from those kept in the library.",
            ("source",),
            registry=registry,
        )
        self.streams = Gauge("footnote_open_streams", "Answers that are streaming now.", registry=registry)
        self.refused = Counter(
            "footnote_refused", "Requests refused by a limit or a check.", ("code",), registry=registry
        )
        self.uploaded = Counter(
            "footnote_uploaded_files", "Uploaded files by how they ended.", ("state",), registry=registry
        )
        self.documents = Gauge("footnote_documents", "Documents in the library.", registry=registry)
        self.chunks = Gauge("footnote_chunks", "Chunks in the library.", registry=registry)

    def count_usage(self, usage: Usage) -> None:
        """Count what a chat model used for one answer."""
        for kind, tokens in (("read", usage.read), ("written", usage.written), ("cached", usage.cached)):
            self.model_tokens.labels(kind).inc(tokens)
        for source, replies in (("model", usage.calls), ("kept", usage.kept)):
            self.model_replies.labels(source).inc(replies)

    def text(self) -> bytes:
        """Return all of it in Prometheus' text form."""
        return generate_latest(self._registry)
