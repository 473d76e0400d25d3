"""W03: the OpenAPI documents tell the truth; each rule is tried on a document in which it is broken, too."""

import copy
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import pytest

from deploy.documents.openapi import BUILDERS, openapi

NDJSON = "application/x-ndjson"
Document = dict[str, Any]
document_of = cache(openapi)
"""By service; not to be changed."""


@dataclass(frozen=True)
class Operation:
    """One operation of a document."""

    document: Document
    path: str
    method: str

    @cached_property
    def told(self) -> Document:
        """What the document says of it."""
        found: Document = self.document["paths"][self.path][self.method]
        return found

    @cached_property
    def importing(self) -> bool:
        """Whether it takes a stream."""
        return self.path.startswith("/v1/imports/")

    @cached_property
    def parameters(self) -> Document:
        """By name, its parameters."""
        found = (resolved(self.document, each) for each in self.told.get("parameters", ()))
        return {each["name"]: each for each in found}

    @cached_property
    def done(self) -> Document:
        """By status, its answers of success."""
        return {status: answer for status, answer in self.told["responses"].items() if status.startswith("2")}

    @cached_property
    def view(self) -> Document:
        """By name, the members of what it shows."""
        contents = [answer.get("content", {}).get("application/json", {}) for answer in self.done.values()]
        schemas = [resolved(self.document, content.get("schema", {})) for content in contents]
        members: Document = schemas[0].get("properties", {}) if schemas else {}
        return members


def resolved(document: Document, node: Document) -> Document:
    """What a reference stands for. Raises `KeyError` for one that leads nowhere."""
    found: Document = node if "$ref" not in node else document
    for part in node.get("$ref", "#").split("/")[1:]:
        found = found[part]
    return found


def operations(document: Document) -> Iterator[Operation]:
    return (Operation(document, path, method) for path, told in document["paths"].items() for method in told)


def shows_something(it: Operation) -> bool:
    contents = [answer.get("content", {}) for answer in it.done.values()]
    return bool(contents) and all(c and all(each.get("schema") for each in c.values()) for c in contents)


def imports_tell_their_lines(it: Operation) -> bool:
    body = it.told.get("requestBody", {"required": False, "content": {}})
    taken, answered = set(body["content"]), set(it.done.get("200", {}).get("content", {}))
    return (NDJSON in taken) == it.importing and (
        not it.importing or (body["required"] is True and answered == {NDJSON})
    )


def collections_create(it: Operation) -> bool:
    """Where one is read under the path, a POST to it makes one."""
    one = [path for path in it.document["paths"] if re.fullmatch(re.escape(it.path) + r"/\{\w+\}", path)]
    return it.method != "post" or not one or "201" in it.done


def new_or_known(it: Operation) -> bool:
    return "201" not in it.done or ({*it.done} == {"200", "201"} and "Location" in it.done["201"]["headers"])


def key_where_heeded(it: Operation) -> bool:
    return ("idempotency-key" in it.parameters) == (it.method == "post" and not it.importing)


OF_PARENTS = {"/v1/purchases/{purchase_id}/corrections"}
"""Where something is made that changes what it is part of: the version of that is meant."""


def match_where_heeded(it: Operation) -> bool:
    """All that changes an entity with a version takes it; what was not there has none, but what it is part of may."""
    creating = it.method == "post" and "201" in it.done and it.path not in OF_PARENTS
    return ("if-match" in it.parameters) == (it.method != "get" and "version" in it.view and not creating)


def match_where_demanded(it: Operation) -> bool:
    demanded = bool(it.parameters.get("if-match", {}).get("required"))
    return {"patch": demanded, "put": not demanded}.get(it.method, True)


def versions_are_tags(it: Operation) -> bool:
    tagged = all("ETag" in answer.get("headers", {}) for answer in it.done.values())
    conditional = it.method != "get" or ("if-none-match" in it.parameters and "304" in it.told["responses"])
    return "version" not in it.view or (tagged and conditional)


def pages_go_on(it: Operation) -> bool:
    asked = {"limit", "cursor"} <= set(it.parameters)
    return not {"items", "next"} <= set(it.view) or (asked and "Link" in it.done["200"]["headers"])


def says_when_to_come_back(it: Operation) -> bool:
    return all("Retry-After" in it.told["responses"][status]["headers"] for status in ("429", "503"))


RULES: tuple[Callable[[Operation], bool], ...] = (
    shows_something,
    imports_tell_their_lines,
    collections_create,
    new_or_known,
    key_where_heeded,
    match_where_heeded,
    match_where_demanded,
    versions_are_tags,
    pages_go_on,
    says_when_to_come_back,
)


def lies(document: Document) -> list[str]:
    """Every operation with the rule that it breaks."""
    found = [(it, rule) for it in operations(document) for rule in RULES if not rule(it)]
    return [f"{it.method} {it.path}: {rule.__name__}" for it, rule in found]


@pytest.mark.parametrize("service", BUILDERS)
def test_W03_no_document_lies(service: str) -> None:
    document = document_of(service)
    assert lies(document) == []
    for reference in re.findall(r'"(#/[^"]+)"', json.dumps(document)):
        assert resolved(document, {"$ref": reference})


def without(*place: str) -> Callable[[Document], None]:
    """Takes a member of an operation away."""

    def plant(told: Document) -> None:
        for part in place[:-1]:
            told = told[part]
        del told[place[-1]]

    return plant


def with_parameter(name: str, *, required: bool = False) -> Callable[[Document], None]:
    """Lists a parameter, once more where it is there."""

    def plant(told: Document) -> None:
        told["parameters"] = [*told.get("parameters", ()), {"name": name, "in": "header", "required": required}]

    return plant


def without_parameters(told: Document) -> None:
    told["parameters"] = []


def an_empty_schema(told: Document) -> None:
    told["responses"]["200"]["content"] = {"application/json": {"schema": {}}}


PLANTED: list[tuple[str, str, Callable[[Document], None], str]] = [
    ("get", "/v1/status", an_empty_schema, "shows_something"),
    ("get", "/v1/status", without("responses", "200", "content"), "shows_something"),
    ("post", "/v1/imports/purchases", without("requestBody"), "imports_tell_their_lines"),
    ("post", "/v1/imports/purchases", an_empty_schema, "imports_tell_their_lines"),
    ("post", "/v1/cards", without("responses", "201"), "collections_create"),
    ("post", "/v1/cards", without("responses", "200"), "new_or_known"),
    ("post", "/v1/cards", without("responses", "201", "headers", "Location"), "new_or_known"),
    ("post", "/v1/cards", without_parameters, "key_where_heeded"),
    ("post", "/v1/imports/purchases", with_parameter("idempotency-key"), "key_where_heeded"),
    ("put", "/v1/stores/{store_id}", with_parameter("idempotency-key"), "key_where_heeded"),
    ("put", "/v1/stores/{store_id}", without_parameters, "match_where_heeded"),
    ("post", "/v1/cards/{card_id}/block", without_parameters, "match_where_heeded"),
    ("post", "/v1/cards", with_parameter("if-match"), "match_where_heeded"),
    ("put", "/v1/stores/{store_id}", with_parameter("if-match", required=True), "match_where_demanded"),
    ("get", "/v1/cards/{card_id}", without_parameters, "versions_are_tags"),
    ("get", "/v1/cards/{card_id}", without("responses", "304"), "versions_are_tags"),
    ("post", "/v1/cards", without("responses", "201", "headers", "ETag"), "versions_are_tags"),
    ("get", "/v1/cards", without_parameters, "pages_go_on"),
    ("get", "/v1/cards", without("responses", "200", "headers", "Link"), "pages_go_on"),
    ("get", "/v1/cards", without("responses", "503", "headers", "Retry-After"), "says_when_to_come_back"),
]


@pytest.mark.parametrize(("method", "path", "plant", "rule"), PLANTED)
def test_W03_a_planted_lie_is_found(method: str, path: str, plant: Callable[[Document], None], rule: str) -> None:
    document = copy.deepcopy(document_of("loyalty"))
    plant(document["paths"][path][method])
    assert f"{method} {path}: {rule}" in lies(document)
