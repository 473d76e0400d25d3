"""A field's type in a few plain words, for tables that people read."""

from collections.abc import Mapping
from typing import Any

from deploy.documents.fields import Field
from deploy.documents.schemas import TIME
from shared.events.values import ID_PATTERN, KEY_PATTERN

PLAIN = {"boolean": "yes or no", "integer": "whole number", "number": "number", "object": "object"}
PATTERNS = {
    TIME: "time",
    ID_PATTERN: "id or code",
    KEY_PATTERN: "key",
    "^[A-Z]{3}$": "currency",
}


def kind(found: Mapping[str, Field], path: str) -> str:
    """What the values of the field at `path` are."""
    field = found[path]
    if field.title == "Money":
        return "money"
    if f"{path}[]" in found:
        inner = kind(found, f"{path}[]")
        return "list of objects" if inner == "object" else f"list of: {inner}"
    if f"{path}.*" in found:
        return f"by {_of(field.rule['propertyNames'])}: {kind(found, f'{path}.*')}"
    return _of(field.rule) + (" or null" if path.endswith(".*") and "nullable" in field.rule else "")


def _of(rule: Mapping[str, Any]) -> str:
    if "const" in rule:
        return f"`{rule['const']}`"
    if "enum" in rule:
        return "one of " + ", ".join(f"`{value}`" for value in rule["enum"])
    if "pattern" in rule:
        return PATTERNS.get(rule["pattern"]) or _decimal(rule)
    if rule.get("type") == "string":
        return rule.get("format") or _range("text of", rule, "minLength", "maxLength", " characters")
    return _range(PLAIN[rule["type"]], rule, "minimum", "maximum")


def _decimal(rule: Mapping[str, Any]) -> str:
    if "not" in rule:
        return "decimal string above 0"
    return "decimal string" if rule["pattern"].startswith("^-") else "decimal string from 0"


def _range(word: str, rule: Mapping[str, Any], least: str, most: str, unit: str = "") -> str:
    if most not in rule:
        return word.removesuffix(" of")
    return f"{word} {rule.get(least, 0):,}–{rule[most]:,}{unit}"
