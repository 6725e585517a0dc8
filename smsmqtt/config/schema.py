"""The JSON Schema of the file as users write it, for editors, and the keys that a section knows."""

from __future__ import annotations

from typing import Any

from smsmqtt.config.sections import Settings


def json_schema() -> dict[str, Any]:
    """Durations as text or number, every key with its description and default, empty keys allowed."""
    schema = Settings.model_json_schema(by_alias=True, mode="validation")
    for section in (schema, *schema.get("$defs", {}).values()):
        section["properties"] = {key: _or_empty(value) for key, value in section.get("properties", {}).items()}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def _or_empty(value: dict[str, Any]) -> dict[str, Any]:
    """The same, or a key with nothing behind it."""
    about = {key: item for key, item in value.items() if key in ("title", "description", "default")}
    kind = {key: item for key, item in value.items() if key not in about}
    if "patternProperties" in kind:
        kind["additionalProperties"] = False
    kinds = kind.get("anyOf", [kind])
    empty = {"type": "null"}
    return about | {"anyOf": [*(kind for kind in kinds if kind != empty), empty]}


def keys_at(path: tuple[str | int, ...]) -> list[str]:
    """The keys that may be written in the section at ``path``; none where there is no section."""
    schema = Settings.model_json_schema(by_alias=True)
    here: dict[str, Any] = schema
    for key in path:
        below = here.get("properties", {}).get(key) or _named(here)
        here = schema["$defs"].get(_reference(below), below)
    return list(here.get("properties", {}))


def _named(section: dict[str, Any]) -> dict[str, Any]:
    """The schema of the values under names that the user gives."""
    patterns = section.get("patternProperties", {})
    return next(iter(patterns.values()), section.get("additionalProperties") or {})


def _reference(value: dict[str, Any]) -> str:
    kinds = [value, *value.get("anyOf", [])]
    return next((kind["$ref"].rpartition("/")[2] for kind in kinds if "$ref" in kind), "")
