"""schemathesis over the OpenAPI document: no 5xx, no status and no shape that is not described."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from web_server import serving
from web_site import Site, site

schemathesis = pytest.importorskip("schemathesis")
requests = pytest.importorskip("requests")

NO_HTTP = b"Invalid HTTP request received."
"""What uvicorn says of a request that is none, such as one with an empty Content-Length, before any code of ours."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Site]:
    """A site that needs no sign-in, with something of everything."""
    with site(tmp_path) as running:
        running.client.post("/v1/documents", files={"files": ("a.txt", b"Some words.")})
        yield running


def real_id(here: Site, path: str) -> str | None:
    """Return the id of something that is there, for a path that takes one."""
    if path == "/v1/documents/{id}/restore":
        return next((gone.info.id for gone in here.bot.library.removed()), None)
    if path.startswith("/v1/documents/{id}"):
        return next((info.id for info in here.bot.library.documents()), None)
    if path.startswith("/v1/models/"):
        return "footnote"
    for start, table in (
        ("/v1/conversations/", "conversations"),
        ("/v1/feedback/", "feedback"),
        ("/v1/jobs/", "jobs"),
    ):
        if path.startswith(start):
            row = here.services.database.row(f"SELECT id FROM {table} ORDER BY random() LIMIT 1")
            return row["id"] if row else None
    return None


def fuzz(here: Site, each: int, *, only: str = "", undescribed: str = "") -> Counter[int]:
    """Send generated requests, valid and not, to a real server; return how often each status came.

    Args:
        here: The site.
        each: Requests for each operation and mode.
        only: Path of the one operation that is asked for; "" for all.
        undescribed: A status that is struck out of the description first.
    """
    from schemathesis.checks import not_a_server_error
    from schemathesis.specs.openapi.checks import (
        content_type_conformance,
        response_schema_conformance,
        status_code_conformance,
    )

    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    description = here.client.get("/openapi.json").json()
    for path, operations in list(description["paths"].items()):
        for operation in operations.values():
            operation["responses"].pop(undescribed, None)
        if only and path != only:
            del description["paths"][path]
    schema = schemathesis.openapi.from_dict(description)
    statuses: Counter[int] = Counter()
    with serving(here.client.app) as address, requests.Session() as session:
        for found in schema.get_all_operations():
            operation = found.ok()
            for mode in schemathesis.GenerationMode:
                _fuzz_operation(here, operation, mode, each, checks, address, session, statuses)
    return statuses


def _fuzz_operation(
    here: Site,
    operation: Any,
    mode: Any,
    each: int,
    checks: list[Any],
    address: str,
    session: Any,
    statuses: Counter[int],
) -> None:
    here.ask("notice?", conversation="new")
    answer = here.ask("notice?")
    here.client.post("/v1/feedback", json={"answer": answer["id"], "thumb": "up"})

    @settings(
        max_examples=each,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    def send(case: Any, real: bool) -> None:
        if real and (known := real_id(here, operation.path)):
            case.path_parameters = {**(case.path_parameters or {}), "id": known}
        response = case.call(base_url=address, session=session)
        statuses[response.status_code] += 1
        assert response.status_code < 500, (operation.label, response.status_code, response.text[:500])
        if (response.status_code, response.content) == (400, NO_HTTP):
            return
        assert response.headers.get("x-request-id"), operation.label
        case.validate_response(response, checks=checks)

    try:
        send()
    except schemathesis.errors.SchemathesisError as error:
        # Some operations take nothing that could be wrong.
        if "negative" not in str(error).lower():
            raise
    except Exception as error:
        if type(error).__name__ in ("Unsatisfiable", "SkipTest", "Skipped"):
            return
        raise


def test_every_example_fits_its_schema(here: Site) -> None:
    """Each operation that takes or gives JSON shows an example, and the examples are what the schemas describe."""
    jsonschema = pytest.importorskip("jsonschema")
    description = here.client.get("/openapi.json").json()
    seen = 0
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            good = [body for status, body in operation["responses"].items() if status.startswith("2")]
            for body in (operation.get("requestBody", {}), *good):
                content = body.get("content", {}).get("application/json")
                if content is None:
                    continue
                schema = {**content["schema"], "components": description["components"]}
                jsonschema.Draft202012Validator(schema).validate(content["example"])
                seen += 1
                assert content["example"], (method, path)
    assert seen > 30
    asked = description["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]["text/event-stream"]["example"]
    assert [line for line in asked.splitlines() if line.startswith("event")] == [
        *("event: passages", "event: statement", "event: done")
    ]


def test_an_example_is_what_is_answered(here: Site) -> None:
    """The example of /v1/ask has the keys of a real answer, in the same order."""
    example = here.client.get("/openapi.json").json()["paths"]["/v1/ask"]["post"]["responses"]["200"]["content"]
    real = here.ask("How long is the notice period?")
    shown = example["application/json"]["example"]
    assert list(shown) == list(real)
    for part in ("statements", "citations", "passages"):
        assert shown[part][0].keys() == real[part][0].keys()


def test_generated_requests_get_described_answers(here: Site) -> None:
    """A short run: valid and invalid requests to every operation."""
    random.seed(0)
    statuses = fuzz(here, 2)
    assert statuses[200] and statuses[404] + statuses[422] and sum(statuses.values()) >= 100


def test_an_inner_error_is_noticed(here: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run can fail: a search that breaks is a 500, which no request may get."""
    monkeypatch.setattr(here.bot.library, "search", lambda *_, **__: 1 / 0)
    with pytest.raises(AssertionError, match="'POST /v1/search', 500"):
        fuzz(here, 5, only="/v1/search")


def test_a_status_that_is_not_described_is_noticed(here: Site) -> None:
    """The run can fail: with 422 struck out of the description, the answers to invalid requests are too much."""
    with pytest.raises(BaseExceptionGroup, match="Schemathesis found"):
        fuzz(here, 5, only="/v1/search", undescribed="422")


@pytest.mark.slow
@pytest.mark.timeout(1_200)
def test_two_thousand_generated_requests_get_described_answers(here: Site) -> None:
    """The long run: 2,000 cases and more."""
    statuses = fuzz(here, 40)
    assert sum(statuses.values()) >= 2_000, statuses
    print(dict(statuses))
