"""Keeps the libraries that Footnote stands on from reporting what happens on this machine.

Imported with the package, before any of them: what they read from the environment they read once, when they are
imported. Worker processes inherit it. A value that a person has set stays.
"""

from __future__ import annotations

import os

SWITCHES = {
    # onnxruntime 1.32 looks up mobile.events.data.microsoft.com and writes a device id into the cache folder.
    "ORT_DISABLE_TELEMETRY": "1",
    "ANONYMIZED_TELEMETRY": "False",  # chromadb; a no-op in 1.5, and was PostHog before
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, transformers, sentence-transformers
    "OTEL_SDK_DISABLED": "true",  # opentelemetry, which chromadb brings
    "DO_NOT_TRACK": "1",  # the convention that further libraries follow
}
"""Variables by name, with the value that means no reports."""


TRACING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")
"""Each of them alone makes LangChain send what passes through it to LangSmith; one that is off can outweigh another."""


def switch_off() -> None:
    """Set what is not set yet; tracing by LangChain stays as a person has set it by any of its names."""
    for name, value in SWITCHES.items():
        os.environ.setdefault(name, value)
    if not any(os.environ.get(name) for name in TRACING):
        os.environ.update(dict.fromkeys(TRACING, "false"))
