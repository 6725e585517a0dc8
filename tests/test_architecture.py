"""Who may import whom. ``STOREYS`` is the authoritative drawing of the house; the syntax trees are held to it.

The rules are functions from modules to violations, so that each can be shown a small house that breaks it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "smsmqtt"

STOREYS: tuple[frozenset[str], ...] = (
    frozenset({"__main__"}),
    frozenset({"cli"}),
    frozenset({"demo"}),
    frozenset({"app"}),
    frozenset({"session", "mqtt", "http", "simulator"}),
    frozenset({"intake"}),
    frozenset({"store", "gateways", "carriers", "link", "notify"}),
    frozenset({"payloads", "at"}),
    frozenset({"codec"}),
    frozenset({"config", "numbers", "logs", "model", "errors", "clock"}),
)
"""Top to bottom. A room sees the storeys below it; rooms on one storey are strangers, but for the foundation's."""

FOUNDATION = STOREYS[-1]
OF_THE_SIMULATOR = frozenset({"simulator", "config", "model", "errors", "clock", "logs"})

PURE = (
    *("codec", "at", "gateways", "carriers", "numbers", "payloads", "model"),
    *("session.plan", "session.outcome", "session.schedule", "mqtt.topics", "mqtt.discovery"),
)
READERS = frozenset({"carriers.shelf"})
"""In a pure room, what reads the room's files: the rest gets them as values."""
WORLD = frozenset(
    {"socket", "threading", "time", "random", "uuid", "os", "sqlite3", "paho", "tenacity", "structlog"}
    | {"logging", "subprocess", "pathlib", "io", "smsmqtt.logs"}
)
WORLDLY_CALLS = frozenset({"open", "print", "input"})
WORLDLY_METHODS = frozenset({"now", "utcnow", "today"})

OUTSIDE_THINGS: dict[str, tuple[str, ...]] = {
    "sqlite3": ("store.database",),
    "paho": ("mqtt.client",),
    "time": ("clock", "simulator.world"),
    "socket": ("link.tcp", "simulator", "notify", "demo", "http.desk"),
    "fastapi": ("http",),
    "starlette": ("http",),
    "uvicorn": ("http.desk", "http.protocol", "http.server"),
    "jinja2": ("http.page",),
    "prometheus_client": ("http.gauges",),
    "urllib3": ("http.webhooks",),
    "serial": ("link.serial",),
    "yaml": ("config.yaml_places", "simulator.serve"),
    "structlog": ("logs",),
    "phonenumbers": ("numbers",),
    "anyascii": ("codec",),
    "click": ("cli",),
    "iotcore": ("demo",),
    "subprocess": ("demo",),
    "asyncio": ("http",),
    "logging": ("http.server_log",),
}
"""Each outside thing, and the files or rooms that may touch it."""

TABLES = frozenset({"codec.tables"})
LONGEST_FILE, LONGEST_FUNCTION = 400, 50
NOT_NAMES = frozenset({"utils", "helpers", "common", "manager", "handler", "misc"})


@dataclass(frozen=True, kw_only=True)
class Module:
    """A module by its name without ``smsmqtt.``: ``store.writer``; a package has the name of its folder."""

    name: str
    source: str

    @property
    def room(self) -> str:
        return self.name.split(".")[0]

    @property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    def within(self, place: str) -> bool:
        return self.name == place or self.name.startswith(f"{place}.")


House = tuple[Module, ...]


def the_house() -> House:
    def name(file: Path) -> str:
        parts = file.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)

    return tuple(Module(name=name(file), source=file.read_text("utf-8")) for file in sorted(ROOT.rglob("*.py")))


def imports(module: Module) -> Iterator[str]:
    """Every import as a dotted name, wherever in the file it stands."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{module.name} imports by a relative name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def rooms_seen(module: Module) -> Iterator[str]:
    for name in imports(module):
        if name.startswith("smsmqtt.") and name != "smsmqtt.__version__":
            yield name.split(".")[1]


def storey(room: str) -> int | None:
    return next((floor for floor, rooms in enumerate(STOREYS) if room in rooms), None)


def upward(house: House) -> Iterator[str]:
    """Rooms without a storey, imports that go up, and acquaintances among strangers."""
    for module in house:
        here = storey(module.room)
        if here is None and module.name != "__init__":
            yield f"{module.name} has no storey"
            continue
        for room in rooms_seen(module):
            there = storey(room)
            if room == module.room or (room in FOUNDATION and module.room in FOUNDATION):
                continue
            if here is None or there is None or there <= here:
                yield f"{module.name} imports {room}"


def impure(house: House) -> Iterator[str]:
    """Pure rooms that touch the world."""
    for module in house:
        if module.name in READERS or not any(module.within(room) for room in PURE):
            continue
        for name in imports(module):
            if any(name == thing or name.startswith(f"{thing}.") for thing in WORLD):
                yield f"{module.name} imports {name}"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and called(node) is not None:
                yield f"{module.name}:{node.lineno} calls {called(node)}"


def called(node: ast.Call) -> str | None:
    """The worldly thing that is called, None for any other call."""
    match node.func:
        case ast.Name(id=name) if name in WORLDLY_CALLS:
            return name
        case ast.Attribute(attr=name) if name in WORLDLY_METHODS:
            return name
    return None


def astray(house: House) -> Iterator[str]:
    """Outside things that are touched in a file that is not theirs."""
    for module in house:
        for name in imports(module):
            places = OUTSIDE_THINGS.get(name.split(".")[0])
            if places is not None and not any(module.within(place) for place in places):
                yield f"{module.name} imports {name}"


def eavesdropping(house: House) -> Iterator[str]:
    """What the simulator borrows from the code that it is to be a second opinion on."""
    for module in house:
        if module.room == "simulator":
            yield from (f"{module.name} imports {room}" for room in rooms_seen(module) if room not in OF_THE_SIMULATOR)


def oversized(house: House) -> Iterator[str]:
    """Files and functions to be split."""
    for module in house:
        lines = module.source.count("\n")
        if lines > LONGEST_FILE and module.name not in TABLES:
            yield f"{module.name} has {lines} lines"
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef) and (length := lines_of(node)) > LONGEST_FUNCTION:
                yield f"{module.name}.{node.name} has {length} lines"


def lines_of(function: ast.FunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def misnamed(house: House) -> Iterator[str]:
    """Modules whose name says nothing."""
    yield from (module.name for module in house if NOT_NAMES & set(module.name.split(".")))


RULES = (upward, impure, astray, eavesdropping, oversized, misnamed)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_keeps_the_rule(rule) -> None:
    assert sorted(set(rule(the_house()))) == []


def test_no_room_stands_on_two_storeys() -> None:
    rooms = [room for floor in STOREYS for room in floor]
    assert len(rooms) == len(set(rooms))


@pytest.mark.parametrize(
    ("rule", "name", "source", "violation"),
    [
        (upward, "attic", "", "attic has no storey"),
        (upward, "store.writer", "from smsmqtt.session import run", "store.writer imports session"),
        (upward, "store", "def f():\n    import smsmqtt.link.tcp", "store imports link"),
        (upward, "mqtt.client", "from smsmqtt import session", "mqtt.client imports session"),
        (upward, "codec.pdu", "if TYPE_CHECKING:\n    from smsmqtt.at import x", "codec.pdu imports at"),
        (upward, "config", "from smsmqtt.codec import gsm7", "config imports codec"),
        (upward, "store", "from smsmqtt.attic import x", "store imports attic"),
        (impure, "codec.pdu", "import os.path", "codec.pdu imports os.path"),
        (impure, "at", "from time import monotonic", "at imports time.monotonic"),
        (impure, "session.plan", "from smsmqtt.logs import get_logger", "session.plan imports smsmqtt.logs.get_logger"),
        (impure, "carriers.profile", "from pathlib import Path", "carriers.profile imports pathlib.Path"),
        (impure, "numbers", "x = datetime.now()", "numbers:1 calls now"),
        (impure, "payloads", "x = open('x')", "payloads:1 calls open"),
        (astray, "store.outbox", "import sqlite3", "store.outbox imports sqlite3"),
        (astray, "mqtt.publisher", "from paho.mqtt import client", "mqtt.publisher imports paho.mqtt.client"),
        (astray, "app", "import asyncio", "app imports asyncio"),
        (eavesdropping, "simulator.pdu", "from smsmqtt.codec import gsm7", "simulator.pdu imports codec"),
        (eavesdropping, "simulator", "from smsmqtt.numbers import mask", "simulator imports numbers"),
        (oversized, "app", "x = 1\n" * 401, "app has 401 lines"),
        (oversized, "app", "def f():\n" + "    x = 1\n" * 50, "app.f has 51 lines"),
        (misnamed, "store.helpers", "", "store.helpers"),
    ],
)
def test_a_house_that_breaks_the_rule_is_found_out(rule, name: str, source: str, violation: str) -> None:
    assert list(rule((Module(name=name, source=source),))) == [violation]


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (upward, "app", "from smsmqtt.session.run import run\nfrom smsmqtt import __version__"),
        (upward, "config.load", "from smsmqtt.numbers import parse"),
        (upward, "store.outbox", "from smsmqtt.store.writer import Writer"),
        (impure, "session.run", "import time"),
        (impure, "codec", "from datetime import datetime"),
        (impure, "carriers.shelf", "from pathlib import Path"),
        (astray, "clock", "import time"),
        (astray, "simulator.wire", "import socket"),
        (oversized, "codec.tables", "x = 1\n" * 401),
    ],
)
def test_what_the_rule_allows_is_left_alone(rule, name: str, source: str) -> None:
    assert list(rule((Module(name=name, source=source),))) == []
