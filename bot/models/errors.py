"""What can go wrong with a chat model, by who must act, and the one place where foreign errors become ours.

Providers raise their own classes. They are told apart by status code, by the kind of failure and by what
the text says, so that no provider's package has to be imported to understand it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from time import time

from bot.errors import ModelError
from vectorstore.errors import FootnoteError

_TOO_LONG = re.compile(
    r"exceed_context_size|context_length_exceeded|maximum context length|context (?:size|length|window)"
    r"|prompt is too long|too many (?:input )?tokens|input (?:is )?too long|maximum number of tokens|ContextOverflow",
    re.IGNORECASE,
)
_RETRY_IN_TEXT = re.compile(r"(?:retry|try again) (?:after|in) (\d+(?:\.\d+)?) ?s", re.IGNORECASE)
_UNREACHABLE = re.compile(r"connect|name or service|getaddrinfo|resolution", re.IGNORECASE)


class ModelUnauthorized(ModelError):
    """The provider refused the key, or there is none."""


class ModelBusy(ModelError):
    """The provider asks to wait.

    Attributes:
        retry_after: Seconds that it asks for, or None.
    """

    def __init__(self, message: str, *, remedy: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.retry_after = retry_after


class ModelUnreachable(ModelError):
    """Nothing answers at the provider's address, or not in time."""


class StreamBroken(ModelError):
    """The connection ended in the middle of an answer."""


class BudgetSpent(ModelError):
    """The tokens that a day, or an answer, may use of the chat model are spent."""


class ContextTooLong(ModelError):
    """The prompt does not fit into the model's context."""


class ModelNotFound(ModelError):
    """The provider knows no model of this name."""


def as_model_error(error: Exception, *, model: str, begun: bool = False) -> ModelError:
    """Return our error for one that a provider's client raised.

    Args:
        error: What was raised.
        model: Name of the model as it is set, for the sentence.
        begun: Whether text had already arrived.

    The text of a foreign error is never passed on: it may hold parts of the prompt or of the key.
    """
    for link in _chain(error):
        if isinstance(link, ModelError):
            return link
        if isinstance(link, FootnoteError):  # FOOTNOTE_OFFLINE: quotes can stand in for that too
            return ModelUnreachable(link.message, remedy=link.remedy)
    status = next((code for link in _chain(error) if (code := _status(link))), 0)
    words = " ".join(f"{type(link).__name__} {link}" for link in _chain(error))
    if _TOO_LONG.search(words) and status in (0, 400, 413, 422, 500):
        return ContextTooLong(
            f"The passages do not fit into the context of {model}.",
            remedy="Set fewer passages (FOOTNOTE_PASSAGES) or choose a model with a longer context.",
        )
    if status:
        return _by_status(error, status, model)
    return _by_kind(error, words, model, begun=begun)


def _by_status(error: Exception, status: int, model: str) -> ModelError:
    if status in (401, 403):
        return ModelUnauthorized(
            f"The provider of {model} refused the key (error {status}).",
            remedy="Check the key in the environment, and that it may use this model.",
        )
    if status == 404:
        return ModelNotFound(
            f"The provider knows no model called {model}.", remedy="Check the name and FOOTNOTE_MODEL_URL."
        )
    if status in (429, 529):
        wait = _retry_after(error)
        when = f" in {wait:.0f} seconds" if wait else " in a while"
        return ModelBusy(
            f"The provider of {model} takes no more questions at the moment (error {status}).",
            remedy=f"Try again{when}, or check the plan's limits.",
            retry_after=wait,
        )
    if status >= 500:
        return ModelUnreachable(f"The provider of {model} failed (error {status}).", remedy="Try again in a minute.")
    return ModelError(
        f"The provider of {model} refused the request (error {status}).",
        remedy="Check the model's name and that it is a chat model.",
    )


def _by_kind(error: Exception, words: str, model: str, *, begun: bool) -> ModelError:
    if isinstance(error, TimeoutError) or "timeout" in words.lower() or "timed out" in words.lower():
        return ModelUnreachable(f"{model} did not answer in time.", remedy="Try again, or choose another model.")
    if begun:
        return StreamBroken(f"The connection to {model} broke in the middle of its answer.", remedy="Try again.")
    if "api_key" in words or "API key" in words or "credentials" in words.lower():
        return ModelUnauthorized(
            f"There is no key for {model}.",
            remedy="Set the provider's key in the environment (for example OPENAI_API_KEY).",
        )
    if isinstance(error, OSError) or _UNREACHABLE.search(words) or "RemoteProtocol" in words:
        return ModelUnreachable(
            f"Nothing answers at the address of {model}.",
            remedy="Check that the server runs, the network, and FOOTNOTE_MODEL_URL.",
        )
    return ModelError(f"{model} failed ({type(error).__name__}).", remedy="Try again, or choose another model.")


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    link: BaseException | None = error
    while link is not None and id(link) not in seen:
        seen.add(id(link))
        yield link
        link = link.__cause__ or link.__context__


def _status(error: BaseException) -> int:
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "code", "http_status"):
            value = getattr(holder, name, None)
            if isinstance(value, int) and 400 <= value < 600:
                return value
    return 0


def _retry_after(error: Exception) -> float | None:
    for link in _chain(error):
        headers = getattr(getattr(link, "response", None), "headers", None) or getattr(link, "headers", None)
        raw = headers.get("retry-after") if headers is not None and hasattr(headers, "get") else None
        if raw:
            return _seconds(str(raw))
        in_text = _RETRY_IN_TEXT.search(str(link))
        if in_text:
            return float(in_text[1])
    return None


def _seconds(raw: str) -> float | None:
    """Read a Retry-After header: seconds, or an HTTP date."""
    try:
        return max(0.0, float(raw))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(raw).timestamp() - time())
    except (TypeError, ValueError):
        return None
