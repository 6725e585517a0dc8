"""From the file to settings. All faults are found before anything is refused.

The values are checked key by key; keys with faults are then taken out, whole sections where a key is missing, and what
remains is checked for how the keys go together. So one misspelt key doesn't hide a module that is used twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from itertools import takewhile
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from smsmqtt import numbers
from smsmqtt.config import yaml_places
from smsmqtt.config.rules import broken_rules
from smsmqtt.config.schema import keys_at
from smsmqtt.config.section import NOT_WRITTEN
from smsmqtt.config.sections import Settings, fault_at
from smsmqtt.errors import ConfigError, Fault

EXPECTED = {
    "string_type": "expected text",
    "string_too_short": "expected text that is not empty",
    "string_pattern_mismatch": "expected 4 to 8 digits",
    "path_type": "expected a path",
    "model_type": "expected a mapping of keys to values",
    "dict_type": "expected a mapping of names to values",
    "tuple_type": "expected a list",
    "missing": "is missing",
    "too_short": "expected at least {min_length}",
    "literal_error": "expected {expected}",
    "greater_than_equal": "expected at least {ge}",
    "less_than_equal": "expected at most {le}",
    "value_error": "{error}",
}
"""What was expected, for each kind of error that pydantic reports on these models."""

FOLLOWS = "default_factory_not_called"
"""Reported for a key whose default depends on another key that is wrong: no fault of its own."""

Key = tuple[str | int, ...]


def load(path: Path, more_faults: Callable[[Settings], Iterable[Fault]] = lambda _: ()) -> Settings:
    """The settings of a file. Raises ConfigError with every fault, in the order of the lines.

    What is missed at a value that could not be read, or by a rule at a key that has a fault already, or below it,
    follows from that fault. ``more_faults``: what only others can see, in the settings without the keys that have
    faults; asked only beside other faults: alone they are told by whoever needs what they are of.
    """
    tree = yaml_places.read(path)
    settings, faults = _validated(tree)
    unread = {(fault.line, fault.key) for fault in tree.faults}
    faults = [*tree.faults, *(fault for fault in faults if (fault.line, fault.key) not in unread)]
    wrong = [f"{fault.key}." for fault in faults]
    broken = (settings.fault(key, text) for key, text in broken_rules(settings))
    faults += [fault for fault in broken if not any(key.startswith(f"{fault.key}.") for key in wrong)]
    if faults:
        faults += more_faults(settings)
        order = sorted(dict.fromkeys(faults), key=lambda fault: (fault.file != str(path), fault.file, fault.line or 0))
        raise ConfigError(order)
    return settings


def _validated(tree: yaml_places.Tree) -> tuple[Settings, list[Fault]]:
    """The settings without the keys that have faults, and the faults: any key may be left out."""
    values, context = _spread(tree), _context(tree)
    try:
        return Settings.model_validate(values, context=context, by_alias=True, by_name=False), []
    except ValidationError as error:
        errors = own_errors(error)
    faults = [fault_at(tree.file, tree.places, key, text) for key, text in _explained(errors) if _is_own(tree, key)]
    for details in errors:
        _remove(values, _key(details)[:-1] if details["type"] == "missing" else _key(details))
    return Settings.model_validate(values, context=context, by_alias=True, by_name=False), faults


def own_errors(error: ValidationError) -> list[ErrorDetails]:
    """What pydantic found, without lists that are too short only because what stands in them was refused."""
    errors = error.errors(include_url=False, include_input=False)
    above = {details["loc"][:length] for details in errors for length in range(len(details["loc"]))}
    return [details for details in errors if details["type"] != "too_short" or details["loc"] not in above]


def _spread(tree: yaml_places.Tree) -> dict[str, Any]:
    """The file's values with what each section takes from elsewhere: names, the global session, places."""
    values: dict[str, Any] = deepcopy(tree.values)
    for name, gateway in _named(values, "gateways"):
        gateway["session"] = _merged(values.get("session"), gateway.get("session"))
        gateway[NOT_WRITTEN.format("name")] = name
        for line_name, line in _named(gateway, "lines"):
            line["guard"] = _merged(values.get("guard"), line.get("guard"))
            line[NOT_WRITTEN.format("name")] = line_name
    return {**values, NOT_WRITTEN.format("path"): tree.file, NOT_WRITTEN.format("places"): tree.places}


def _named(values: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The mappings under the names below ``key``; an empty one is made a mapping, anything else left out."""
    section = values.get(key)
    if isinstance(section, dict):
        section.update({name: {} for name, below in section.items() if below is None})
        yield from ((name, below) for name, below in section.items() if isinstance(below, dict))


def _merged(everywhere: Any, own: Any) -> Any:
    """The keys of a gateway's own session (a line's own guard) over the global ones; no mapping: left to be refused."""
    if not isinstance(everywhere, dict) or not isinstance(own, dict | None):
        return own
    return everywhere | {key: value for key, value in (own or {}).items() if value is not None or key not in everywhere}


def _context(tree: yaml_places.Tree) -> dict[str, Any]:
    region = _section(tree, "messages").get("region")
    state = os.environ.get("STATE_DIRECTORY", "").split(":")[0]
    return {
        "base": tree.file.absolute().parent,
        "state": Path(state) if state else None,
        "region": region if isinstance(region, str) and numbers.is_region(region) else None,
        "names": {*_section(tree, "contacts"), *_section(tree, "groups")},
    }


def _section(tree: yaml_places.Tree, key: str) -> dict[str, Any]:
    section = tree.values.get(key)
    return section if isinstance(section, dict) else {}


def _key(details: ErrorDetails) -> Key:
    return tuple(part for part in details["loc"] if part != "[key]")


def _explained(errors: Iterable[ErrorDetails]) -> Iterable[tuple[Key, str]]:
    for details in errors:
        key, kind = _key(details), details["type"]
        if kind == "extra_forbidden":
            yield key, _unknown(key)
        elif kind != FOLLOWS:
            yield key, EXPECTED.get(kind, details["msg"]).format(**details.get("ctx", {}))


def _unknown(key: Key) -> str:
    known = keys_at(key[:-1])
    from difflib import get_close_matches  # memory for a mistake that is seldom made

    near = get_close_matches(str(key[-1]), known, n=1)
    if near:
        return f"unknown key; did you mean {near[0]}?"
    return f"unknown key; expected one of {', '.join(known)}" if known else "unknown key; nothing is expected here"


def _is_own(tree: yaml_places.Tree, key: Key) -> bool:
    """False for a fault that a gateway has from the global session, or a line from the global guard."""
    inherited = key[0] == "gateways" and (key[2:3] == ("session",) or key[4:5] == ("guard",))
    return not inherited or key in tree.places


def _remove(values: dict[str, Any], key: Key) -> None:
    """Takes a key out; of a list, the whole list."""
    *above, last = takewhile(lambda part: isinstance(part, str), key)
    inner: Any = values
    for part in above:
        inner = inner.get(part, {})
    inner.pop(last, None)
