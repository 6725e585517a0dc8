"""The documents say what is there: every key is shown and explained, and the examples load."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from smsmqtt.config import Settings, json_schema, load

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "config.example.yaml"
COMMENTED_KEY = re.compile(r"^( *)# ( *\w+:)", re.MULTILINE)
SELF_EXPLAINED = {"mqtt", "store", "gateways", "messages", "log", "lines", "port", "password", "every_max"}


def complete_example() -> str:
    """The example with the keys that are commented out as well."""
    return COMMENTED_KEY.sub(r"\1\2", EXAMPLE.read_text())


def written_keys(section: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in section.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from written_keys(value, (*above, key))


def schema_keys() -> Iterator[tuple[str, ...]]:
    """Every key of the file, with the example's names for gateways and lines."""
    schema = json_schema()
    names = {"gateways": "hall", "lines": "mine"}

    def below(section: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for key, value in section.get("properties", {}).items():
            yield (*above, key)
            if above[2:] != () and key == "session":
                continue  # a gateway's own session has the keys of the global one
            inner = next(kind for kind in value["anyOf"] if kind != {"type": "null"})
            path = (*above, key)
            if key in names:
                inner, path = next(iter(inner["patternProperties"].values())), (*path, names[key])
            if "$ref" in inner:
                yield from below(schema["$defs"][inner["$ref"].rpartition("/")[2]], path)

    yield from below(schema, ())


def test_the_example_shows_every_key_and_no_other() -> None:
    shown = set(written_keys(yaml.safe_load(complete_example())))
    expected = set(schema_keys()) | {("gateways", "hall"), ("gateways", "hall", "lines", "mine")}
    gateway_session = {key for key in expected if key[:3] == ("gateways", "hall", "session") and len(key) > 3}
    assert shown == expected - gateway_session


def test_the_example_has_the_real_defaults(tmp_path: Path) -> None:
    bare = tmp_path / EXAMPLE.name
    bare.write_text(
        "gateways: {hall: {host: 192.168.0.100, lines: {mine: {module: 1, number: +59899000001}}}}",
    )
    as_written = {"path", "places", "store"}
    assert load(EXAMPLE).model_dump(exclude=as_written) == load(bare).model_dump(exclude=as_written)
    assert load(EXAMPLE).store.path == EXAMPLE.parent / load(bare).store.path.name
    assert load(EXAMPLE).store.keep_s == Settings().store.keep_s


def test_the_example_loads_with_its_commented_keys_too(tmp_path: Path) -> None:
    file = tmp_path / EXAMPLE.name
    file.write_text(complete_example())
    mqtt = load(file).mqtt
    assert mqtt.tls is not None
    assert mqtt.tls.verify


def test_every_key_of_the_example_is_explained() -> None:
    for line in complete_example().splitlines():
        key = re.match(r" *(\w+):", line)
        assert not key or key[1] in SELF_EXPLAINED or " # " in line, f"{line} is not explained"
