"""The OpenAPI description of the API of replies; a test holds every answer against it."""

from __future__ import annotations

from typing import Any, Final

from dashboard.domain.placeholders import AGENT_NAMES, INCIDENT_NAMES
from dashboard.services.replies.reply_feed import PAGE_MAX
from dashboard.web.api_question import AFTER_MAX, CHOICES

_MOMENT: Final = {"type": "string", "format": "date-time"}
_TEXT: Final = {"type": "string"}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


_SCHEMAS: Final[dict[str, Any]] = {
    "Reply": _object(
        {
            "key": {**_TEXT, "description": "Stays the same over versions and languages."},
            "language": {**_TEXT, "enum": list(CHOICES["language"])},
            "version": {"type": "integer", "minimum": 1},
            "channel": {**_TEXT, "enum": list(CHOICES["channel"])},
            "phases": {"type": "array", "items": {**_TEXT, "enum": list(CHOICES["phase"])}},
            "title": _TEXT,
            "text": {
                "type": ["string", "null"],
                "description": "The blanks in `ask` stand in it as {{ agent.name }} and must be filled before it is "
                "sent. null while one of the facts in `missing` is not known or its promised time has passed.",
            },
            "ask": {"type": "array", "items": {**_TEXT, "enum": list(AGENT_NAMES)}},
            "missing": {"type": "array", "items": {**_TEXT, "enum": list(INCIDENT_NAMES)}},
            "tags": {"type": "array", "items": _TEXT},
            "approved_by": {"type": ["string", "null"]},
            "changed_at": _MOMENT,
        }
    ),
    "Incident": _object(
        {
            "id": {"type": "integer"},
            "revision": {"type": "integer", "minimum": 1},
            "title": _TEXT,
            "phase": {**_TEXT, "enum": list(CHOICES["phase"])},
            "started_at": _MOMENT,
        }
    ),
    "Replies": _object(
        {
            "incident": {"oneOf": [_ref("Incident"), {"type": "null"}]},
            "replies": {"type": "array", "items": _ref("Reply")},
            "total": {"type": "integer", "minimum": 0},
            "next": {"type": ["string", "null"], "description": "Give it as `after` to continue."},
        }
    ),
    "OneReply": _object(
        {
            "key": _TEXT,
            "incident": {"oneOf": [_ref("Incident"), {"type": "null"}]},
            "replies": {"type": "array", "minItems": 1, "items": _ref("Reply")},
        }
    ),
    "Error": _object({"error": {**_TEXT, "description": "What is wrong and what to do, for a log."}}),
}
_RETRY: Final = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait."}}
_ETAG: Final = {"ETag": {"schema": _TEXT, "description": "Give it as If-None-Match."}}


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def _choice(name: str, description: str) -> dict[str, Any]:
    return _parameter(name, {**_TEXT, "enum": list(CHOICES[name])}, description)


_FILTERS: Final = [
    _choice("channel", "Only replies for this channel."),
    _choice("language", "Only texts in this language."),
    _choice("phase", "Only replies for this phase of an incident."),
    _parameter(
        "incident",
        {**_TEXT, "pattern": "^([0-9]{1,9}|none)$"},
        "Whose facts fill the texts: an open incident's id, or `none`. Default: the newest open incident.",
    ),
    _choice("fill", "`facts` (default) puts the incident's facts in; `raw` gives the texts as they are written."),
]
_PAGING: Final = [
    _parameter("after", {**_TEXT, "maxLength": AFTER_MAX}, "The `next` of the page before."),
    _parameter("limit", {"type": "integer", "minimum": 1, "maximum": PAGE_MAX}, "Texts a page; default 100."),
]
_KEY: Final = {"name": "key", "in": "path", "required": True, "schema": _TEXT, "description": "The reply's key."}


def _json(name: str) -> dict[str, Any]:
    return {"application/json": {"schema": _ref(name)}}


def _error(description: str, *, headers: dict[str, Any] | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": description, "content": _json("Error")}
    return {**answer, "headers": headers} if headers else answer


def _get(summary: str, operation: str, *, parameters: list[dict[str, Any]], schema: str) -> dict[str, Any]:
    answers = {
        "200": {"description": "Approved texts only.", "headers": _ETAG, "content": _json(schema)},
        "304": {"description": "Nothing changed since that ETag.", "headers": _ETAG},
        "400": _error("A parameter is unknown or has an unknown value, or the incident is not open."),
        "401": _error("No token, an unknown or a revoked one."),
        "429": _error("More than 120 requests a minute.", headers=_RETRY),
        "503": _error("The store is busy.", headers=_RETRY),
    }
    return {"get": {"summary": summary, "operationId": operation, "parameters": parameters, "responses": answers}}


def _one() -> dict[str, Any]:
    described = _get("One reply by its key", "getReply", parameters=[_KEY, *_FILTERS], schema="OneReply")
    described["get"]["responses"]["404"] = _error("No approved reply has this key.")
    return described


DESCRIPTION: Final[dict[str, Any]] = {
    "openapi": "3.1.0",
    "info": {
        "title": "Andrang: approved replies",
        "version": "1.0.0",
        "description": "The texts agents may send to customers now. A withdrawn or expired text is gone at once.",
    },
    "paths": {
        "/api/replies": _get("All replies in use", "listReplies", parameters=[*_FILTERS, *_PAGING], schema="Replies"),
        "/api/replies/{key}": _one(),
    },
    "components": {
        "schemas": _SCHEMAS,
        "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
    },
    "security": [{"token": []}],
}
