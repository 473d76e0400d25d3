"""What FastAPI can't know of our routes is added to its OpenAPI document, by one rule for all of them.

Whatever answers 201 for something new answers 200 for what was there already. A view with a `version` goes out with
its ETag, and is not sent again to a reader who has that version. A page links to the next one.
"""

from typing import Any

from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from shared.web import problems
from shared.web.guards import NDJSON

Members = dict[str, Any]
"""An object of the document."""
DEMANDED = "x-demanded"
"""In a parameter's schema: a request without it gets a problem of our own, not FastAPI's; documented as required."""
HEADERS: dict[str, Members] = {
    "ETag": {"description": "the version, for `If-Match` and `If-None-Match`", "schema": {"type": "string"}},
    "Location": {"description": "the new entity's path", "schema": {"type": "string"}},
    "Link": {"description": '`rel="next"`: the next page; absent on the last one', "schema": {"type": "string"}},
    "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}},
}
IF_NONE_MATCH = {
    "name": "if-none-match",
    "in": "header",
    "description": "ETags that you have: 304 where one of them still holds",
    "schema": {"type": "string"},
}
_COUNTS = {name: {"type": "integer"} for name in ("accepted", "duplicate", "rejected")}
_ERRORS = problems.SCHEMA["properties"]["errors"]
VERDICT: Members = {
    "title": "Verdict",
    "description": "What became of a line, counted from 1. `id`: what is known under it, unless rejected.",
    "type": "object",
    "required": ["line", "status"],
    "properties": {
        "line": {"type": "integer"},
        "status": {"enum": list(_COUNTS)},
        "id": {"type": "string"},
        "problem": {
            "type": "object",
            "required": ["type", "title", "errors"],
            "properties": {"type": {"type": "string"}, "title": {"type": "string"}, "errors": _ERRORS},
        },
    },
}
TOTALS: Members = {
    "title": "Totals",
    "description": "The last line. `problem`: the type of what broke the import off; what was counted is stored.",
    "type": "object",
    "required": list(_COUNTS),
    "properties": _COUNTS | {"problem": {"type": "string"}, "detail": {"type": "string"}},
}


class Documented(FastAPI):
    """An application that completes its document."""

    def openapi(self) -> Members:
        """The document; made once."""
        before = self.openapi_schema
        document = super().openapi()
        if document is not before:
            complete(document)
        return document


def header(name: str) -> Members:
    """A header of an answer; for a route's `responses` where its view does not tell that it is sent."""
    return {"headers": {name: {"$ref": f"#/components/headers/{name}"}}}


def lines(schema: Members, description: str) -> Members:
    """A body or an answer in NDJSON; `schema`: of one line."""
    return {"description": description, "content": {NDJSON: {"schema": schema}}}


ENCODING: Members = {
    "name": "Content-Encoding",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "enum": ["identity", "gzip"]},
    "description": "an import may be sent compressed",
}


def importing(model: type[BaseModel]) -> Members:
    """What tells of an import, for its route's decorator. `model`: one line, the body of some other route too."""
    one = {"$ref": f"#/components/schemas/{model.__name__}"}
    body = lines(one, "one a line") | {"required": True}
    answer = lines({"oneOf": [VERDICT, TOTALS]}, "a verdict for each line, in order, and the totals as the last line")
    extra = {"requestBody": body, "responses": {"200": answer}, "parameters": [ENCODING]}
    return {"response_class": StreamingResponse, "openapi_extra": extra}


def complete(document: Members) -> None:
    """Add to FastAPI's document what all routes have in common."""
    components = document["components"]
    components |= {"headers": HEADERS, "parameters": {IF_NONE_MATCH["name"]: IF_NONE_MATCH}}
    components["schemas"]["Problem"] = problems.SCHEMA
    for operations in document["paths"].values():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()):
                parameter["required"] |= parameter["schema"].pop(DEMANDED, False)
            _complete_answers(operation["responses"], components["schemas"])
            if method == "get":
                _make_conditional(operation)
            operation["responses"] = dict(sorted(operation["responses"].items()))


def _complete_answers(answers: dict[str, Members], schemas: Members) -> None:
    if new := answers.get("201"):
        answers["200"] = {**new, "description": "It was there already"}
        answers["201"] = {**new, "description": "It is new", **header("Location")}
    for answer in (answers[status] for status in ("200", "201") if status in answers):
        if sent := _sent_with(answer, schemas):
            answer["headers"] = answer.get("headers", {}) | header(sent)["headers"]


def _sent_with(answer: Members, schemas: Members) -> str | None:
    """The header that goes out with this view."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    members = schemas.get(schema.get("$ref", "").rpartition("/")[2], {}).get("properties", {})
    if {"items", "next"} <= set(members):
        return "Link"
    return "ETag" if "version" in members else None


def _make_conditional(operation: Members) -> None:
    if "ETag" not in operation["responses"]["200"].get("headers", {}):
        return
    known = {"$ref": f"#/components/parameters/{IF_NONE_MATCH['name']}"}
    operation["parameters"] = [*operation.get("parameters", ()), known]
    operation["responses"]["304"] = {"description": "You have it already", **header("ETag")}
