"""The list of knobs as a Markdown table, made from the knobs themselves."""

from __future__ import annotations

import json
import re
from typing import Any

from pydantic import BaseModel
from pydantic_core import PydanticUndefined, to_jsonable_python

from smsmqtt.simulator.knobs import ModemKnobs, ShellKnobs, SimKnobs, SimulatorConfig, WireKnobs
from smsmqtt.simulator.network_knobs import NetworkKnobs, NumberKnobs
from smsmqtt.simulator.toolkit_knobs import MenuItem, Step, ToolkitKnobs
from smsmqtt.simulator.ussd_knobs import UssdAnswer, UssdKnobs

GROUPS: dict[str, type[BaseModel]] = {
    "": SimulatorConfig,
    "shell.": ShellKnobs,
    "wire.": WireKnobs,
    "modem.": ModemKnobs,
    "sim.": SimKnobs,
    "toolkit.": ToolkitKnobs,
    "toolkit.items[].": MenuItem,
    "toolkit.items[].does[].": Step,
    "ussd.": UssdKnobs,
    "network.": NetworkKnobs,
    "network.numbers.<number>.": NumberKnobs,
    "network.ussd.<code>.": UssdAnswer,
}

NAMES = {"NoneType": "none", "str": "text", "bool": "true, false", "int": "whole number", "float": "number"}


def table() -> str:
    """Knob, values, default, what it does, and what is known of real units."""
    rows = ["| knob | values | default | what it does | known |", "| --- | --- | --- | --- | --- |"]
    for prefix, group in GROUPS.items():
        for name, field in group.model_fields.items():
            found = re.fullmatch(r"(.*) \[(\w+)\]", " ".join((field.description or "").split()))
            if found:
                cells = [f"`{prefix}{name}`", _values(field.annotation), _default(field.default), found[1], found[2]]
                rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _values(annotation: Any) -> str:
    choices = re.findall(r"Literal\[([^\]]*)\]", str(annotation))
    if choices:
        words = ", ".join(choices).replace("'", "`")
        return f"list of {words}" if str(annotation).startswith("tuple") else words
    if str(annotation).startswith("tuple"):
        return "list"
    if str(annotation).startswith("dict"):
        return "map"
    kinds = re.findall(r"NoneType|None|str|bool|int|float", str(annotation))
    return " or ".join(NAMES.get(kind, "none") for kind in kinds)


def _default(value: Any) -> str:
    if value is PydanticUndefined:
        return "must be given"
    if isinstance(value, dict):
        return ", ".join(f"`{key}`" for key in value) or "empty"
    if isinstance(value, tuple) and any(isinstance(element, BaseModel) for element in value):
        return "as above"
    text = json.dumps(to_jsonable_python(value), ensure_ascii=False)
    return f"`{text}`" if value is not None else "none"
