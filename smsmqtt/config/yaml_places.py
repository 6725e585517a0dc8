"""YAML as it is written: every scalar as its own text, every key with its line, references followed.

The file is composed, not constructed: the tree of nodes keeps the text and the marks. Aliases are
followed by value, so the size of what comes out is bounded, not only that of the file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from smsmqtt.errors import ConfigError, Fault

LARGEST_BYTES = 1 << 20
MOST_NODES = 20_000
DEEPEST = 20
NULL = "tag:yaml.org,2002:null"
STANDARD = "tag:yaml.org,2002:"


Key = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Tree:
    """What a file says: dicts, lists, texts and None, the line of each key, and what was wrong."""

    file: Path
    values: dict[str, Any]
    places: dict[Key, int]
    faults: tuple[Fault, ...]


class _Absent(Exception):
    """A reference that leads nowhere; the text says what was expected."""


def read(file: Path) -> Tree:
    """Reads a mapping. What can't be read at all raises ConfigError; smaller faults are in the tree."""
    root = _compose(file)
    if not isinstance(root, yaml.MappingNode | None):
        raise _error(file, root.start_mark.line + 1, "expected a mapping of keys to values")
    walk = _Walk(file)
    values = walk.mapping(root, ()) if root else {}
    return Tree(file=file, values=values, places=walk.places, faults=tuple(walk.faults))


def _error(file: Path, line: int | None, text: str) -> ConfigError:
    return ConfigError([Fault(file=str(file), line=line, key="", text=text)])


def _compose(file: Path) -> yaml.Node | None:
    text = _text(file)
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        said = " ".join(filter(None, (error.context, error.problem)))
        raise _error(file, mark.line + 1 if mark else None, f"not YAML: {said}") from None
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise _error(file, line, "not YAML: a control character") from None
    except RecursionError:
        raise _error(file, None, "not YAML that can be read: nested too deep") from None


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            octets = stream.read(LARGEST_BYTES + 1)
        if len(octets) > LARGEST_BYTES:
            raise _error(file, None, "expected a file of at most 1 MiB")
        return octets.decode("utf-8-sig")
    except OSError as error:
        raise _error(file, None, f"can't be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _error(file, line, "expected UTF-8 text") from None


class _Walk:
    """One way through the nodes of a file, with what is found on it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.places: dict[Key, int] = {}
        self.faults: list[Fault] = []
        self._nodes = 0

    def mapping(self, node: yaml.MappingNode, path: Key) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode) or not key.tag.startswith(STANDARD):
                self._fault(path, line, "expected a plain name as key")
            elif key.value in values:
                first = self.places[*path, key.value]
                self._fault((*path, key.value), line, f"the key is here twice, first in line {first}")
            else:
                self.places[*path, key.value] = line
                values[key.value] = self._value(value, (*path, key.value))
        return values

    def _value(self, node: yaml.Node, path: Key) -> Any:
        self._nodes += 1
        if self._nodes > MOST_NODES or len(path) > DEEPEST:
            line = node.start_mark.line + 1
            raise _error(self.file, line, "nested too deep, or too much after following aliases")
        if not isinstance(node, yaml.ScalarNode) and not node.tag.startswith(STANDARD):
            self._fault(path, node.start_mark.line + 1, f"{node.tag} takes one word")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _item(self, node: yaml.Node, path: Key) -> Any:
        self.places[path] = node.start_mark.line + 1
        return self._value(node, path)

    def _scalar(self, node: yaml.Node, path: Key) -> str | None:
        if node.tag == NULL:
            return None
        if _is_plain(node):
            return str(node.value)
        try:
            return _reference(self.file.parent, node.tag, str(node.value).strip())
        except _Absent as absent:
            self._fault(path, node.start_mark.line + 1, str(absent))
            return None

    def _fault(self, path: Key, line: int, text: str) -> None:
        self.faults.append(Fault(file=str(self.file), line=line, key=".".join(map(str, path)), text=text))


def _is_plain(node: yaml.Node) -> bool:
    return node.tag.startswith(STANDARD) or node.tag == "!"


def _reference(folder: Path, tag: str, name: str) -> str:
    if not name.isprintable():
        raise _Absent(f"expected a name of printable characters after {tag}")
    match tag:
        case "!env":
            if name not in os.environ:
                raise _Absent(f"the environment has no variable {name}")
            return os.environ[name]
        case "!file":
            return _file(folder / name)
        case "!secret":
            return _secret(folder / "secrets.yaml", name)
    raise _Absent(f"unknown tag {tag}; expected !env, !file or !secret")


def _file(file: Path) -> str:
    try:
        return _text(file).removesuffix("\n").removesuffix("\r")
    except ConfigError as error:
        raise _Absent(f"the file {file} {error.faults[0].text}") from None


def _secret(file: Path, name: str) -> str:
    try:
        root = _compose(file)
    except ConfigError as error:
        raise _Absent(f"!secret {name}: {error}") from None
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    values = [value for key, value in pairs if key.value == name]
    if len(values) > 1:
        raise _Absent(f"{file} has {name} twice")
    for value in values:
        if isinstance(value, yaml.ScalarNode) and _is_plain(value) and value.tag != NULL and value.value:
            return str(value.value)
    raise _Absent(f"{file} has no text for {name}")
