"""Examples for the OpenAPI document: one story, the lease of an office, told through every path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.surfaces.web.responses import EVENT_STREAM, event

if TYPE_CHECKING:
    from fastapi import FastAPI

Object = dict[str, Any]

DAY, LATER = "2026-11-25T09:30:00.000Z", "2026-11-25T09:31:12.000Z"
ANSWER_ID, TALK_ID, JOB_ID = f"ans_{'4f' * 12}", f"cnv_{'1c' * 12}", f"job_{'7a' * 12}"
DOCUMENT_ID = "0123456789abcdef"
QUESTION, QUOTE = "How long is the notice period?", "The notice period is 30 days."
SHOWN = {"document": DOCUMENT_ID, "title": "Lease of the office", "source": "/papers/lease.pdf", "page": 3}
PLACE = {"start": 812, "end": 841, "start_utf16": 813, "end_utf16": 842, "collection": "default"}
FOUND = {"heading": "Ending the lease", "place": "p. 3", "score": 1.31, "rank": 1, "text": QUOTE}
PASSAGE: Object = {**SHOWN, **PLACE, **FOUND, "kind": "body"}
CITATION: Object = {**SHOWN, **PLACE, "number": 1, "place": "p. 3, Ending the lease", "quote": QUOTE}
STATEMENT: Object = {
    "text": QUOTE,
    "citations": [1],
    "support": "quoted",
    "note": "",
    "answer": None,
    "verdict": None,
    "by": "documents",
}
ANSWER: Object = {
    "id": ANSWER_ID,
    "conversation": TALK_ID,
    "created": DAY,
    "question": QUESTION,
    "answer": QUOTE,
    "verdict": None,
    "short": False,
    "abstained": False,
    "statements": [STATEMENT],
    "citations": [CITATION],
    "passages": [PASSAGE],
    "model": "quotes",
    "seconds": 0.031,
    "confidence": 0.93,
    "searched_for": "",
    "searched": "all 6 documents",
    "conflicts": [],
    "withheld": [],
    "notice": "",
    "timings": {"search": 0.011, "answer": 0.02},
    "usage": None,
    "text": f"{QUOTE} [1]\n\n[1] Lease of the office, p. 3, Ending the lease — “{QUOTE}” (/papers/lease.pdf)",
    "restricted": [],
}
BEGUN: Object = {name: ANSWER[name] for name in ("id", "conversation", "searched_for", "searched", "model", "passages")}
STREAM = b"".join(
    (
        event("passages", BEGUN),
        event("statement", {"index": 0, **STATEMENT, "footnotes": [CITATION]}),
        event("done", ANSWER),
    )
).decode()
CELL: Object = {
    "question": QUESTION,
    "says": True,
    "words": "30 days",
    "value": 2_592_000.0,
    "unit": "second",
    "notice": "",
    "citations": [CITATION],
}
ROW: Object = {**{name: SHOWN[name] for name in ("title", "source")}, "id": DOCUMENT_ID, "collection": "default"}
SURVEY: Object = {"questions": [QUESTION], "asked": 6, "says": [1], "documents": [{**ROW, "cells": [CELL]}]}
SURVEY_STREAM = b"".join(
    (
        event("begin", {"questions": [QUESTION], "asked": 1}),
        event("row", {"index": 0, **ROW, "cells": [CELL]}),
        event("done", {"questions": [QUESTION], "asked": 1, "says": [1]}),
    )
).decode()
TALK: Object = {"id": TALK_ID, "title": QUESTION, "created": DAY, "updated": LATER}
FEEDBACK: Object = {
    "id": f"fbk_{'9d' * 12}",
    "answer": ANSWER_ID,
    "thumb": "up",
    "comment": "Exactly.",
    "created": LATER,
}
TURN: Object = {"id": ANSWER_ID, "question": QUESTION, "created": DAY, "hidden": False, "answer": ANSWER}
DOCUMENT: Object = {
    "id": DOCUMENT_ID,
    "title": "Lease of the office",
    "source": "/papers/lease.pdf",
    "name": "lease.pdf",
    "collection": "default",
    "media_type": "application/pdf",
    "size": 48_213,
    "pages": 3,
    "chunks": 41,
    "modified": DAY,
    "added": LATER,
    "uploaded": False,
    "original": True,
    "notes": [],
    "author": "Rosa Lindahl",
    "created": "2026-11-20",
    "tags": ["lease"],
}
HEADING = {"start": 790, "end": 806, "start_utf16": 791, "end_utf16": 807, "level": 2, "text": "Ending the lease"}
LENGTHS = {"length": 5_120, "length_utf16": 5_121}
FILE: Object = {"index": 0, "name": "reports/q3.pdf", "state": "added", "document": DOCUMENT_ID, "message": ""}
JOB: Object = {
    "id": JOB_ID,
    "state": "done",
    "kind": "upload",
    "collection": "default",
    "created": DAY,
    "finished": LATER,
    "files": [FILE],
    "error": None,
}
WAITING: Object = {
    **JOB,
    "state": "waiting",
    "finished": None,
    "files": [{**FILE, "state": "waiting", "document": None}],
}
SESSION: Object = {
    "required": True,
    "methods": ["password", "token"],
    "provider": None,
    "signed_in": True,
    "name": "ana",
    "role": "editor",
    "collections": None,
    "tokens": True,
}
TOKEN: Object = {
    "id": "3f2a91c0d4be",
    "created": DAY,
    "name": "Weekly report",
    "expires": "2027-02-23T09:30:00.000Z",
    "used": "2026-11-25",
}
MODEL: Object = {"id": "footnote", "object": "model", "created": 0, "owned_by": "footnote"}
CHAT_URL = f"http://127.0.0.1:8000/#document={DOCUMENT_ID}&start=812&end=841"
CHAT_TEXT = f"{QUOTE} [1]\n\n[1] [Lease of the office, p. 3, Ending the lease]({CHAT_URL}) — “{QUOTE}”"
MARK: Object = {
    "type": "url_citation",
    "url_citation": {
        "start_index": 30,
        "end_index": 33,
        "title": "Lease of the office, p. 3, Ending the lease",
        "url": CHAT_URL,
    },
    "footnote": 1,
    "quote": QUOTE,
}
MESSAGE: Object = {"role": "assistant", "content": CHAT_TEXT, "refusal": None, "annotations": [MARK]}
CHAT: Object = {
    "id": f"chatcmpl-{ANSWER_ID}",
    "object": "chat.completion",
    "created": 1_795_600_000,
    "model": "footnote",
    "choices": [{"index": 0, "message": MESSAGE, "logprobs": None, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 6, "completion_tokens": 24, "total_tokens": 30},
    "footnote": {**ANSWER, "conversation": None},
}
RESPONSE: Object = {
    "id": f"resp_{ANSWER_ID}",
    "object": "response",
    "created_at": 1_795_600_000,
    "status": "completed",
    "error": None,
    "model": "footnote",
    "output": [
        {
            "id": f"msg_{ANSWER_ID}",
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "content": [
                {
                    "type": "output_text",
                    "text": CHAT_TEXT,
                    "annotations": [{"type": "url_citation", **MARK["url_citation"]}],
                    "logprobs": [],
                }
            ],
        }
    ],
    "usage": {
        "input_tokens": 6,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 24,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 30,
    },
    "footnote": {**ANSWER, "conversation": None},
}
STATUS: Object = {
    "name": "Footnote",
    "version": "0.1.0",
    "model": "quotes",
    "writes": False,
    "text_leaves": False,
    "text_goes_to": "",
    "documents": 6,
    "chunks": 412,
    "collections": 1,
    "ingesting": False,
    "addresses": False,
    "short_answers": False,
    "question_log": None,
    "upload_types": [".docx", ".md", ".pdf"],
    "exports": ["docx", "pdf", "html", "markdown"],
    "limits": {
        "question_characters": 4_000,
        "upload_megabytes": 256,
        "upload_files": 500,
        "questions_per_minute": 120,
        "streams": 8,
    },
}
LOG_ID = f"qst_{'5b' * 12}"
GAP: Object = {
    "question": "Who pays for the lift?",
    "count": 3,
    "week": 2,
    "week_before": 1,
    "first": "2026-11-14",
    "last": "2026-11-25",
    "questions": [
        {"text": "Who pays for the lift?", "count": 2, "names": []},
        {"text": "Do we have to pay for the lift?", "count": 1, "names": []},
    ],
    "ids": [LOG_ID, f"qst_{'5c' * 12}", f"qst_{'5d' * 12}"],
}
CURATED_IN: Object = {
    "questions": ["Who pays for the lift?", "Do we have to pay for the lift?"],
    "text": "The landlord pays for the lift.",
    "sources": [{"document": DOCUMENT_ID, "start": 812, "end": 841}],
    "collection": "default",
}
CURATED: Object = {
    "id": "c4a7e1d09b35f286",
    **{name: CURATED_IN[name] for name in ("questions", "text", "collection")},
    "written": "2026-11-25",
    "current": True,
    "sources": [
        {
            **{name: SHOWN[name] for name in ("document", "title")},
            **PLACE,
            "quote": QUOTE,
            "state": "current",
        }
    ],
}
DESK_DOCUMENT: Object = {
    **{name: DOCUMENT[name] for name in ("id", "title", "name", "collection", "added")},
    "note": "",
}
NOT_THERE: Object = {
    "error": {
        "code": "document_missing",
        "message": "There is no document with this id.",
        "param": "id",
        "remedy": "GET /v1/documents lists them.",
        "type": "not_found_error",
        "request_id": "req_3f2a9c01d4e5b6a7",
    }
}

REQUESTS: dict[str, Object] = {
    "POST /v1/ask": {"question": QUESTION, "conversation": "new"},
    "POST /v1/survey": {
        "questions": [QUESTION],
        "filter": {"collections": ["default"]},
        "where": ["1 says"],
        "sort": 1,
    },
    "POST /v1/search": {"query": "notice period", "limit": 5},
    "POST /v1/conversations": {"title": "The lease"},
    "PATCH /v1/conversations/{id}": {"title": "The lease"},
    "PATCH /v1/documents/{id}": {"collection": "legal"},
    "POST /v1/feedback": {"answer": ANSWER_ID, "thumb": "up", "comment": "Exactly."},
    "POST /v1/documents/address": {"url": "https://example.org/lease.html", "collection": "default"},
    "POST /v1/desk/again": {"ids": GAP["ids"]},
    "POST /v1/desk/forget": {"ids": GAP["ids"]},
    "POST /v1/desk/answers": CURATED_IN,
    "PUT /v1/desk/answers/{id}": CURATED_IN,
    "POST /v1/session": {"name": "ana", "password": "correct horse battery"},
    "POST /v1/tokens": {"name": "Weekly report", "days": 90},
    "POST /v1/chat/completions": {"model": "footnote", "messages": [{"role": "user", "content": QUESTION}]},
    "POST /v1/responses": {"model": "footnote", "input": QUESTION},
}
RESPONSES: dict[str, Any] = {
    "POST /v1/ask": ANSWER,
    "POST /v1/survey": SURVEY,
    "POST /v1/search": {"passages": [PASSAGE]},
    "GET /v1/conversations": {"conversations": [{**TALK, "turns": 1}], "next": None},
    "POST /v1/conversations": {**TALK, "title": "The lease", "turns": 0},
    "GET /v1/conversations/{id}": {**TALK, "turns": [{**TURN, "feedback": FEEDBACK}]},
    "PATCH /v1/conversations/{id}": {**TALK, "title": "The lease", "turns": 1},
    "GET /v1/conversations/{id}/export": {**TALK, "turns": [{**TURN, "feedback": None}]},
    "GET /v1/answers/{id}/export": ANSWER,
    "POST /v1/feedback": FEEDBACK,
    "GET /v1/feedback": {"feedback": [{**FEEDBACK, "name": "ana", "question": QUESTION, "text": QUOTE}], "next": None},
    "GET /v1/desk/gaps": {
        "log": {"on": True, "names": False, "days": 90},
        "restricted": False,
        "since": "2026-11-01",
        "answered": 212,
        "unanswered": 31,
        "gaps": [GAP],
    },
    "POST /v1/desk/again": {
        "asked": [
            {"question": "Who pays for the lift?", "answer": "The landlord pays for the lift."},
            {"question": "Do we have to pay for the lift?", "answer": ""},
        ]
    },
    "GET /v1/desk/documents": {
        "since": "2026-11-01",
        "never_cited": [DESK_DOCUMENT],
        "never_cited_total": 1,
        "noted": [{**DESK_DOCUMENT, "note": "1 page has no text layer."}],
        "noted_total": 1,
    },
    "GET /v1/desk/answers": {"answers": [CURATED]},
    "POST /v1/desk/answers": CURATED,
    "PUT /v1/desk/answers/{id}": CURATED,
    "GET /v1/documents": {"documents": [DOCUMENT], "total": 1, "next": None},
    "POST /v1/documents": {"job": WAITING},
    "GET /v1/documents/{id}": {
        **DOCUMENT,
        "headings": [HEADING],
        "places": [{"start": 640, "start_utf16": 641, "kind": "page", "number": 3, "by_ocr": False}],
    },
    "GET /v1/documents/{id}/text": {
        "id": DOCUMENT_ID,
        "title": "Lease of the office",
        "start": 812,
        "end": 841,
        "start_utf16": 813,
        "end_utf16": 842,
        **LENGTHS,
        "text": QUOTE,
    },
    "GET /v1/documents/{id}/pages": {
        "id": DOCUMENT_ID,
        "pages": [
            {
                "number": 3,
                "width": 595.28,
                "height": 841.89,
                "lit": "all",
                "scanned": False,
                "boxes": [{"x": 0.1, "y": 0.31, "width": 0.62, "height": 0.016}],
                "picture": f"/v1/documents/{DOCUMENT_ID}/pages/3",
            }
        ],
    },
    "POST /v1/documents/{id}/restore": DOCUMENT,
    "PATCH /v1/documents/{id}": {**DOCUMENT, "collection": "legal"},
    "GET /v1/removed": {
        "documents": [
            {
                **{key: DOCUMENT[key] for key in ("id", "title", "source", "name", "collection", "media_type", "size")},
                "removed": LATER,
                "present": False,
            }
        ],
        "total": 1,
    },
    "POST /v1/documents/{id}/reingest": {"job": {**WAITING, "kind": "reingest"}},
    "POST /v1/documents/address": {"job": {**WAITING, "kind": "address"}},
    "GET /v1/collections": {"collections": [{"name": "default", "documents": 6, "chunks": 412}]},
    "GET /v1/tags": {"tags": [{"name": "depot", "documents": 1}, {"name": "lease", "documents": 2}]},
    "GET /v1/jobs": {"jobs": [JOB]},
    "GET /v1/jobs/{id}": JOB,
    "GET /v1/models": {"object": "list", "data": [MODEL, {**MODEL, "id": "footnote:legal"}]},
    "GET /v1/models/{id}": MODEL,
    "POST /v1/chat/completions": CHAT,
    "POST /v1/responses": RESPONSE,
    "GET /v1/session": SESSION,
    "POST /v1/session": SESSION,
    "DELETE /v1/session": {"sign_out_at": "https://id.example.org/end?client_id=footnote"},
    "GET /v1/tokens": {"tokens": [TOKEN]},
    "POST /v1/tokens": {**TOKEN, "used": None, "token": "fnt_8Yp0c…"},
    "GET /v1/status": STATUS,
    "GET /healthz": {"status": "ok"},
    "GET /readyz": {"status": "ready"},
}
"""By method and path, of the answer when all goes well."""
STREAMS = {"POST /v1/ask": STREAM, "POST /v1/survey": SURVEY_STREAM}


def add_examples(app: FastAPI) -> None:
    """Put the examples into the app's OpenAPI document when it is made."""
    make = app.openapi

    def openapi() -> Object:
        made = app.openapi_schema is not None
        description = make()
        if not made:
            _fill(description)
        return description

    app.openapi = openapi  # type: ignore[method-assign]


def _fill(description: Object) -> None:
    for path, operations in description["paths"].items():
        for method, operation in operations.items():
            name = f"{method.upper()} {path}"
            if name in REQUESTS:
                operation["requestBody"]["content"]["application/json"]["example"] = REQUESTS[name]
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                if "application/json" in content:
                    example = RESPONSES[name] if status.startswith("2") else NOT_THERE if status == "404" else None
                    if example is not None:
                        content["application/json"]["example"] = example
                if EVENT_STREAM in content and name in STREAMS:
                    content[EVENT_STREAM]["example"] = STREAMS[name]
