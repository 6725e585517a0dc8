"""The kinds of values in the file. Each is read from its own text, so nothing needs quotes.

The YAML reader hands over every scalar as it is written; what it means is decided here by what is
wanted, never by YAML's guess. The schema of each kind is that of the file, as an editor checks it.
"""

from __future__ import annotations

import re
from base64 import b64decode
from decimal import Decimal
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, WithJsonSchema

from smsmqtt import numbers

UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
LONGEST_S = 36500 * 86400.0
DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?) *(ms|s|m|h|d)?")
PERCENTAGE = re.compile(r"([0-9]+(?:\.[0-9]+)?) *%")
AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,4})?")
NAME = re.compile(r"(?=.*[a-z_-])[a-z0-9_-]{1,64}")
HOST = re.compile(r"[A-Za-z0-9_.-]{1,253}|\[?[0-9A-Fa-f:.]{2,45}\]?")
RESERVED = ("request", "all", "status")
FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


def parse_duration(value: str | float) -> float:
    """Seconds from ``100ms 30s 5m 2h 1d``; a bare number is seconds. ValueError says what was expected."""
    found = None if isinstance(value, bool) else DURATION.fullmatch(str(value).strip())
    if not found:
        raise ValueError("expected a duration such as 100ms, 30s, 5m, 2h or 1d")
    seconds = float(found[1]) * UNITS_S[found[2] or "s"]
    if seconds > LONGEST_S:
        raise ValueError("expected a duration of at most 36500d")
    return seconds


def _duration(value: Any) -> float:
    return parse_duration(value if isinstance(value, str | int | float) else "")


def _positive(seconds: float) -> float:
    if not seconds:
        raise ValueError("expected a duration longer than 0")
    return seconds


def _fraction(value: Any) -> float:
    if isinstance(value, float):
        return value
    found = PERCENTAGE.fullmatch(value.strip()) if isinstance(value, str) else None
    if not found or float(found[1]) > 100:
        raise ValueError("expected a percentage from 0% to 100%")
    return float(found[1]) / 100


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in FLAGS:
        raise ValueError("expected true or false")
    return FLAGS[value.lower()]


def _whole(value: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[+-]?[0-9]{1,18}", value):
        raise ValueError("expected a whole number")
    return int(value)


def _amount(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not AMOUNT.fullmatch(value):
        raise ValueError("expected an amount of money such as 50 or 7.50")
    return Decimal(value)


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError("expected a name of a-z 0-9 _ -, not digits only, at most 64 long")
    if text in RESERVED:
        raise ValueError(f"the name is reserved; expected another than {', '.join(RESERVED)}")
    return text


def _number(text: str, info: ValidationInfo) -> str:
    region = (info.context or {}).get("region")
    return numbers.parse(text, region=region)


def _is_name(text: str, info: ValidationInfo) -> bool:
    """Digits and hyphens alone are a number, unless a contact or a group is called so."""
    known = (info.context or {}).get("names", ())
    return text in known or (NAME.fullmatch(text) is not None and re.search("[a-z_]", text) is not None)


def _member(text: str, info: ValidationInfo) -> str:
    return text if _is_name(text, info) else _number(text, info)


def _listed(text: str, info: ValidationInfo) -> str:
    """A contact or group, a number in E.164, a prefix ending in ``*``, or a short number as it is dialled."""
    bare = re.sub(r"[ ()./-]", "", text)
    if _is_name(text, info):
        return text
    if "*" in bare:
        return _beginning(bare)
    try:
        return _number(text, info)
    except numbers.BadNumber:
        if re.fullmatch(r"[0-9]{2,6}", bare):
            return bare
        raise


def _beginning(bare: str) -> str:
    """As numbers are kept: those begin with + and a country code, and no country code with a 0."""
    beginning = re.sub("^00", "+", bare)
    if not re.fullmatch(r"[+]?[1-9][0-9]{0,14}[*]|[*]", beginning):
        raise ValueError("expected a prefix such as +598*: it begins with + and the country code, and ends in one *")
    return beginning


def _url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.fragment or re.search(r"\s", text):
        raise ValueError("expected an address such as https://example.org/sms")
    if parts.port == 0:
        raise ValueError("expected a port from 1 to 65535")
    return text


def _host(text: str) -> str:
    if not HOST.fullmatch(text):
        raise ValueError("expected a host alone, such as example.org or 192.168.0.7")
    return text.lower().removeprefix("[").removesuffix("]")


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not bare or (":" in bare) != host.startswith("[") or not port.isdecimal() or not 0 < int(port) < 65536:
        raise ValueError("expected address and port, such as 127.0.0.1:8080 or [::1]:8080")
    return text


def _address(text: str) -> str:
    try:
        return str(ip_network(text, strict=False))
    except ValueError as error:
        raise ValueError("expected an address or a network, such as 127.0.0.1 or 172.30.32.0/23") from error


def _webhook_secret(text: str) -> str:
    try:
        octets = b64decode(text.removeprefix("whsec_"), validate=True)
    except ValueError:
        octets = b""
    if not text.startswith("whsec_") or not 24 <= len(octets) <= 64:
        raise ValueError(
            "expected whsec_ and 24 to 64 octets in base64, as `echo whsec_$(openssl rand -base64 32)` makes them"
        )
    return text


def _beside(path: Path, info: ValidationInfo) -> Path:
    base: Path | None = (info.context or {}).get("base")
    return base / path if base else path


def _kept(path: Path, info: ValidationInfo) -> Path:
    state: Path | None = (info.context or {}).get("state")
    return state / path if state else _beside(path, info)


SCALAR = ["string", "number", "boolean"]
SPAN = WithJsonSchema(
    {"type": ["string", "number"], "pattern": r"^\s*[0-9]+(\.[0-9]+)? *(ms|s|m|h|d)?\s*$", "minimum": 0}
)
PATH = WithJsonSchema({"type": "string", "minLength": 1})

Text = Annotated[str, WithJsonSchema({"type": SCALAR})]
Word = Annotated[str, Field(min_length=1), WithJsonSchema({"type": SCALAR})]
Flag = Annotated[bool, BeforeValidator(_flag)]
Whole = Annotated[int, BeforeValidator(_whole)]
Duration = Annotated[float, BeforeValidator(_duration), SPAN]
Period = Annotated[float, BeforeValidator(_duration), AfterValidator(_positive), SPAN]
Fraction = Annotated[
    float, BeforeValidator(_fraction), WithJsonSchema({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)? *%$"})
]
Amount = Annotated[
    Decimal,
    BeforeValidator(_amount),
    WithJsonSchema({"type": ["string", "number"], "pattern": f"^{AMOUNT.pattern}$", "minimum": 0}),
]
Name = Annotated[str, AfterValidator(_name), WithJsonSchema({"type": "string", "pattern": f"^{NAME.pattern}$"})]
PhoneNumber = Annotated[str, AfterValidator(_number), WithJsonSchema({"type": ["string", "number"]})]
Member = Annotated[str, AfterValidator(_member), WithJsonSchema({"type": ["string", "number"]})]
FileBeside = Annotated[Path, AfterValidator(_beside), PATH]
FileKept = Annotated[Path, AfterValidator(_kept), PATH]
Listed = Annotated[str, AfterValidator(_listed), WithJsonSchema({"type": ["string", "number"]})]
Url = Annotated[str, AfterValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
Host = Annotated[str, AfterValidator(_host), WithJsonSchema({"type": "string"})]
ListenAt = Annotated[str, AfterValidator(_listen), WithJsonSchema({"type": "string"})]
Address = Annotated[str, AfterValidator(_address), WithJsonSchema({"type": "string"})]
WebhookSecret = Annotated[
    str, AfterValidator(_webhook_secret), WithJsonSchema({"type": "string", "pattern": "^whsec_"})
]
