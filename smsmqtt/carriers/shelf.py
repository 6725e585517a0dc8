"""The profiles as files: those that come with smsmqtt, and those that a user puts beside the configuration."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from smsmqtt.carriers.profile import Profile, parse
from smsmqtt.config import yaml_places
from smsmqtt.config.load import own_errors
from smsmqtt.config.sections import fault_at
from smsmqtt.errors import ConfigError, Fault

IN_OUR_WORDS = {"missing": "is missing", "extra_forbidden": "unknown key"}
SHIPPED = Path(__file__).with_name("profiles")


def load(*own: Path) -> dict[str, Profile]:
    """The profiles by name, a user's own in place of a shipped one of the same name.

    ``own``: the user's folders; one that isn't there is empty. Raises ConfigError with every fault of every file.
    """
    files = {file.stem: file for folder in (SHIPPED, *own) for file in sorted(folder.glob("*.yaml"))}
    profiles: dict[str, Profile] = {}
    faults: list[Fault] = []
    for name, file in files.items():
        try:
            profiles[name] = read(file)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(faults)
    return profiles


def read(file: Path) -> Profile:
    """One file. Raises ConfigError with every fault, at its line."""
    tree = yaml_places.read(file)
    faults = list(tree.faults)
    try:
        profile = parse(tree.values)
    except ValidationError as error:
        faults += _explained(error, tree)
    if faults:
        raise ConfigError(faults)
    return profile


def _explained(error: ValidationError, tree: yaml_places.Tree) -> Iterator[Fault]:
    """One fault for each key. What may be a number or text has two: not being a number is none."""
    errors: dict[tuple[str | int, ...], ErrorDetails] = {}
    for details in own_errors(error):
        key = tuple(part for part in details["loc"] if not str(part).startswith("constrained-"))
        if key not in errors or errors[key]["type"] in ("int_type", "int_parsing"):
            errors[key] = details
    for key, details in errors.items():
        text = IN_OUR_WORDS.get(details["type"]) or details["msg"].removeprefix("Value error, ")
        yield fault_at(tree.file, tree.places, key, text)
