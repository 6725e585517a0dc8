"""The devices of one bridge, in the order in which they are announced: what leads to a device comes before it."""

from __future__ import annotations

from collections.abc import Mapping

from smsmqtt.config import Settings
from smsmqtt.intake.directory import Directory
from smsmqtt.mqtt.discovery.bridge import bridge
from smsmqtt.mqtt.discovery.device import Device, device_id
from smsmqtt.mqtt.discovery.entities import Entities
from smsmqtt.mqtt.discovery.gateway import gateway
from smsmqtt.mqtt.discovery.line import line
from smsmqtt.mqtt.topics import Topics

PERIODS_MISSED = 3
"""A signal is believed until so many sessions, one after the other, have brought none."""


def devices(settings: Settings, directory: Directory, currencies: Mapping[str, str]) -> list[Device]:
    """None where discovery is switched off. ``currencies``: of the carriers, by the lines that have one."""
    if not settings.homeassistant.discovery:
        return []
    prefix = settings.mqtt.prefix
    entities = Entities(topics=Topics(prefix))
    title = "SMS" if prefix == "sms" else f"SMS {prefix}"
    root = Device(
        id=device_id(prefix, "bridge"), name=title, model="SMS bridge", components=bridge(entities, directory)
    )
    gateways = [
        Device(
            id=device_id(prefix, "gateway", name),
            name=f"{title} gateway {name}",
            model="GSM gateway",
            via=root.id,
            components=gateway(entities, name),
        )
        for name in directory.gateways
    ]
    lines = [
        Device(
            id=device_id(prefix, "line", it.name),
            name=f"{title} line {it.name}",
            model="GSM line",
            via=device_id(prefix, "gateway", it.gateway),
            components=line(
                entities,
                it.name,
                stale_s=_stale_s(settings, it.gateway),
                currency=currencies.get(it.name),
            ),
        )
        for it in directory.lines.values()
    ]
    return [root, *gateways, *lines]


def _stale_s(settings: Settings, gateway_name: str) -> float:
    session = settings.gateways[gateway_name].session
    period_s = session.every_max_s if session.adaptive else session.every_s
    return PERIODS_MISSED * period_s + session.max_held_s
