"""The interface's OpenAPI description: the records as they are, and every answer that may come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import Response

_PLACE: Final = "#/components/schemas/{name}"
_records: dict[str, Any] = {}
"""Types of answers by the name of their operation's schema; filled when the modules are read."""

ERRORS: Final[dict[int, str]] = {
    400: "The question cannot be understood; the sentence says why.",
    401: "No token, or one that is unknown, expired or revoked.",
    403: "This caller may not ask for that.",
    429: "Too many wrong tokens from this address; Retry-After says how long to wait.",
    503: "The database does not answer.",
}


def answers(kind: Any, *, status: int = 200, **more: str) -> dict[str, Any]:
    """What an operation gives: arguments for the router's decorator. more: further errors, `e404="There is none."`."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template=_PLACE)
    _records.update(components)
    given: dict[int | str, dict[str, Any]] = {
        status: {"description": "Done.", "content": {"application/json": {"schema": schema}}}
    }
    for name, text in more.items():
        given[int(name[1:])] = _error(text)
    return {"responses": given, "response_class": Response, "status_code": status}


def takes(kind: Any) -> dict[str, Any]:
    """What an operation is sent, for `openapi_extra`."""
    (schema,), components = msgspec.json.schema_components([kind], ref_template=_PLACE)
    _records.update(components)
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def to_json(found: object, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(msgspec.json.encode(found), status, headers, media_type="application/json")


def describe(api: FastAPI) -> None:
    """Let the application describe itself with what `answers` and `takes` were told."""
    whole: dict[str, Any] = {}

    def make() -> dict[str, Any]:
        if not whole:
            whole.update(_complete(get_openapi(
                title=api.title, version=api.version, description=api.description, routes=api.routes,
                servers=[{"url": "/api/v1"}],
            )))  # fmt: skip
        return whole

    described: Callable[[], dict[str, Any]] = make
    api.openapi = described  # type: ignore[method-assign]


def _complete(said: dict[str, Any]) -> dict[str, Any]:
    components = said.setdefault("components", {})
    error = {"type": "object", "required": ["error"], "properties": {"error": {"type": "string"}}}
    components["schemas"] = {**_records, "Error": error}
    components["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Made with `presensi hub token add`."},
        "password": {"type": "http", "scheme": "basic", "description": "An account without a second step."},
    }
    said["security"] = [{"token": []}, {"password": []}]
    for path in said["paths"].values():
        for method, operation in path.items():
            given = operation["responses"]
            given.pop("422", None)
            if any(each["name"] == "unit" for each in operation.get("parameters", ())):
                given.setdefault("404", _error("There is no such unit."))
            for status, text in ERRORS.items():
                given.setdefault(str(status), _error(text))
            if method == "get":
                given["304"] = {"description": "The caller has it: If-None-Match named this answer's ETag."}
                tag = {"description": "Names this answer.", "schema": {"type": "string"}}
                given["200"]["headers"] = {"ETag": tag}
    return said


def _error(text: str) -> dict[str, Any]:
    return {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": _PLACE.format(name="Error")}}},
    }
