"""How the keys of the file go together: what no single key can tell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from smsmqtt import numbers
from smsmqtt.config.http_sections import HttpSettings
from smsmqtt.config.scalars import NAME
from smsmqtt.config.sections import GatewaySettings, MqttSettings, SessionSettings, Settings, TlsSettings

Broken = Iterator[tuple[str, str]]
"""Key and what was expected of it."""


def broken_rules(settings: Settings) -> Broken:
    """Every rule that the settings break."""
    yield from _mqtt(settings.mqtt)
    yield from _region(settings.messages.region)
    yield from _intervals(settings.session, "session")
    if not settings.gateways:
        yield "gateways", "expected at least one gateway with a line"
    for gateway in settings.gateways.values():
        key = f"gateways.{gateway.name}"
        yield from _gateway(gateway, key)
        if _bounds(gateway.session) != _bounds(settings.session):
            yield from _intervals(gateway.session, f"{key}.session")
    yield from _endpoints(settings)
    yield from _names(settings)
    yield from _own_numbers(settings)
    yield from _groups(settings)
    yield from _discovery(settings)
    yield from _compat(settings)
    yield from _listed(settings)
    if settings.http:
        yield from _http(settings.http)


def _mqtt(mqtt: MqttSettings) -> Broken:
    yield from _host(mqtt.host, "mqtt.host")
    yield from _topic_levels(mqtt.prefix, "mqtt.prefix")
    if mqtt.password is not None and mqtt.username is None:
        yield "mqtt.password", "expected username too: a broker takes no password without one"
    if mqtt.tls and mqtt.tls.key_file and not mqtt.tls.cert_file:
        yield "mqtt.tls.key_file", "expected cert_file too: the key belongs to a certificate"
    if mqtt.tls:
        yield from _files(mqtt.tls)


def _topic_levels(prefix: str, key: str) -> Broken:
    if "" in prefix.split("/") or prefix.startswith("$") or any(sign in prefix for sign in "+#\0"):
        yield key, "expected topic levels such as sms or home/sms: no + # or leading $, no empty level"


def _discovery(settings: Settings) -> Broken:
    prefix = settings.homeassistant.prefix
    yield from _topic_levels(prefix, "homeassistant.prefix")
    if _overlap(prefix, settings.mqtt.prefix):
        yield "homeassistant.prefix", "expected another prefix than mqtt.prefix, neither below the other"


def _compat(settings: Settings) -> Broken:
    prefix, key = settings.mqtt.compat.sms2mqtt, "mqtt.compat.sms2mqtt"
    if prefix is None:
        return
    yield from _topic_levels(prefix, key)
    if _overlap(prefix, settings.mqtt.prefix) or _overlap(prefix, settings.homeassistant.prefix):
        yield key, "expected another prefix than mqtt.prefix and homeassistant.prefix, none below another"


def _overlap(one: str, other: str) -> bool:
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _files(tls: TlsSettings) -> Broken:
    for key in ("ca_file", "cert_file", "key_file"):
        file: Path | None = getattr(tls, key)
        if file and (why := _unreadable(file)):
            yield f"mqtt.tls.{key}", f"expected a file that can be read: {file}: {why}"


def _unreadable(file: Path) -> str | None:
    try:
        file.read_bytes()
    except OSError as error:
        return error.strerror
    except ValueError:  # characters that no path has
        return "not a path"
    return None


def _host(host: str, key: str) -> Broken:
    if "/" in host:
        yield key, "expected a name or address alone, without scheme or path"
    elif host.startswith("[") or host.count(":") == 1:
        yield key, "expected a name or address alone; port is a key of its own"
    elif any(sign.isspace() for sign in host):
        yield key, "expected a name or address without blanks"


def _region(region: str | None) -> Broken:
    if region and not numbers.is_region(region):
        yield "messages.region", "expected a country as two capital letters, such as UY"


def _bounds(session: SessionSettings) -> tuple[float, float]:
    return session.every_min_s, session.every_max_s


def _intervals(session: SessionSettings, key: str) -> Broken:
    shortest, longest = _bounds(session)
    if shortest > longest:
        yield f"{key}.every_min", "expected at most every_max"


def _gateway(gateway: GatewaySettings, key: str) -> Broken:
    if gateway.host:
        yield from _host(gateway.host, f"{key}.host")
    if not gateway.lines:
        yield f"{key}.lines", "expected at least one line"
    yield from _at(gateway, key) if gateway.driver == "at" else _portech(gateway, key)


def _at(gateway: GatewaySettings, key: str) -> Broken:
    if not gateway.host and not gateway.device:
        yield key, "expected host or device"
    if gateway.host and gateway.device:
        yield f"{key}.device", "expected either host or device"
    for extra in list(gateway.lines)[1:]:
        yield f"{key}.lines.{extra}", "expected one line: driver at has one modem"
    for line in gateway.lines.values():
        if line.module is not None:
            yield f"{key}.lines.{line.name}.module", "expected no module: driver at has none"


def _portech(gateway: GatewaySettings, key: str) -> Broken:
    if not gateway.host:
        yield f"{key}.host", "expected the gateway's name or address"
    if gateway.device:
        yield f"{key}.device", "expected no device: only driver at has one"
    modules: dict[int, str] = {}
    for line in gateway.lines.values():
        place = f"{key}.lines.{line.name}.module"
        if line.module is None:
            yield place, "expected the module's number, such as 1"
        elif line.module in modules:
            yield place, f"expected a module that line {modules[line.module]} does not have already"
        else:
            modules[line.module] = line.name


def _endpoints(settings: Settings) -> Broken:
    taken: dict[str, str] = {}
    for gateway in settings.gateways.values():
        endpoint = gateway.device or (gateway.host and f"{gateway.host.lower()}:{gateway.port}")
        if endpoint and endpoint in taken:
            key = f"gateways.{gateway.name}.{'device' if gateway.device else 'host'}"
            yield key, f"expected an endpoint that gateway {taken[endpoint]} does not have already"
        elif endpoint:
            taken[endpoint] = gateway.name


def _names(settings: Settings) -> Broken:
    lines = (
        (name, f"gateways.{gateway.name}.lines") for gateway in settings.gateways.values() for name in gateway.lines
    )
    taken: dict[str, str] = {}
    others = (
        (name, section)
        for section, names in (
            ("gateways", settings.gateways),
            ("contacts", settings.contacts),
            ("groups", settings.groups),
        )
        for name in names
    )
    for name, section in chain(others, lines):
        if name in taken:
            yield f"{section}.{name}", f"expected a name of its own: {taken[name]}.{name} is there already"
        else:
            taken[name] = section


def _own_numbers(settings: Settings) -> Broken:
    taken: dict[str, str] = {}
    for gateway in settings.gateways.values():
        for line in gateway.lines.values():
            if line.number and line.number in taken:
                key = f"gateways.{gateway.name}.lines.{line.name}.number"
                yield key, f"expected a number that line {taken[line.number]} does not have already"
            elif line.number:
                taken[line.number] = line.name


def _listed(settings: Settings) -> Broken:
    """Every name in allow, deny and forward_to is a contact or a group."""
    lists = [("guard", settings.guard)]
    lists += [
        (f"gateways.{gateway.name}.lines.{line.name}.guard", line.guard)
        for gateway in settings.gateways.values()
        for line in gateway.lines.values()
    ]
    for place, guard in lists:
        for key, entries in (("allow", guard.allow or ()), ("deny", guard.deny)):
            written = place == "guard" or (*place.split("."), key) in settings.places
            for index, entry in enumerate(entries if written else ()):
                if NAME.fullmatch(entry) and not _is_known(settings, entry):
                    yield f"{place}.{key}.{index}", f"expected a contact, a group or a number: nobody is called {entry}"
    twilio = settings.http.twilio if settings.http else None
    if twilio and "*" in twilio.forward_to:
        yield "http.twilio.forward_to", "expected a contact, a group or a number, no prefix"
    elif twilio and NAME.fullmatch(twilio.forward_to) and not _is_known(settings, twilio.forward_to):
        yield "http.twilio.forward_to", f"expected a contact, a group or a number: nobody is called {twilio.forward_to}"


def _is_known(settings: Settings, name: str) -> bool:
    return (
        name in settings.contacts
        or name in settings.groups
        or any((section, name) in settings.places for section in ("contacts", "groups"))
    )


def _http(http: HttpSettings) -> Broken:
    taken: dict[str, str] = {}
    for name, token in http.tokens.items():
        if token in taken:
            yield f"http.tokens.{name}", f"expected a token that {taken[token]} does not have already"
        taken[token] = name
    urls = [webhook.url for webhook in http.webhooks]
    for place, url in enumerate(urls):
        if urls.index(url) < place:
            yield (
                f"http.webhooks.{place}.url",
                f"expected an address that webhooks.{urls.index(url)} does not have already",
            )
    if http.restful_sms and http.restful_sms.incoming_token and not http.restful_sms.incoming_url:
        yield "http.restful_sms.incoming_token", "expected incoming_url too: where it is posted"


def _groups(settings: Settings) -> Broken:
    for group, members in settings.groups.items():
        if not members:
            yield f"groups.{group}", "expected at least one member"
        for index, member in enumerate(members):
            if (
                NAME.fullmatch(member)
                and member not in settings.contacts
                and ("contacts", member) not in settings.places
            ):
                yield f"groups.{group}.{index}", f"expected a contact or a number: there is no contact {member}"
