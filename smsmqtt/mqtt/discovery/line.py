"""A line's entities: what comes in on it, how it is, its credit, and whether it may send."""

from __future__ import annotations

import json

from smsmqtt.mqtt.discovery.device import Component
from smsmqtt.mqtt.discovery.entities import Entities, flag, of_line

TROUBLES = {
    "no_sim": ("There is no SIM in the module.", "Put one in, or look whether it sits well."),
    "sim_locked": ("The SIM asks for its PIN or PUK.", "Give the line its pin in the configuration."),
    "not_registered": ("The SIM is not registered with a network.", "Check antenna, signal, and the SIM's contract."),
    "not_answering": ("The module does not answer.", "See the gateway's own problem; restart the gateway."),
    "per_day": (
        "The guard's limit for a day (per_day) is reached.",
        "Find out what sends so much, then press Reset the guard; where per_day is 0, raise it in the configuration.",
    ),
}
"""What a line's problem says, by its code: the line's state, or why it does not send."""

WELL = '["ready", "in_call"]'
CODE = (
    f"{{% set code = value_json.state if value_json.state not in {WELL}"
    ' else ("per_day" if value_json.sending.reason == "per_day" else none) %}'
)
PROBLEM = f'{CODE}{{{{ "ON" if code else "OFF" }}}}'
PROBLEM_ATTRIBUTES = (
    f"{CODE}{{% set told = {json.dumps(TROUBLES)}[code] if code else [none, none] %}}"
    '{{ {"code": code, "text": told[0], "hint": told[1]} | tojson }}'
)


def line(entities: Entities, name: str, *, stale_s: float, currency: str | None) -> dict[str, Component]:
    """``stale_s``: how long a signal is believed. ``currency``: of the carrier, None for a line without one."""
    return {
        **_events(entities, name),
        **_states(entities, name, stale_s),
        **_totals(entities, name),
        **_controls(entities, name),
        **(_credit(entities, name, currency) if currency else {}),
    }


def _events(entities: Entities, name: str) -> dict[str, Component]:
    return {
        "text": entities.event("Text", "inbox", ("received", "late", "data"), of_line(name), "mdi:message-badge"),
        "call": entities.event("Call", "call", ("ring", "in_call"), of_line(name), "mdi:phone-ring"),
    }


def _states(entities: Entities, name: str, stale_s: float) -> dict[str, Component]:
    topic = entities.topics.line(name)
    return {
        "problem": entities.shown(
            "binary_sensor",
            "Problem",
            topic,
            PROBLEM,
            device_class="problem",
            entity_category="diagnostic",
            json_attributes_topic=topic,
            json_attributes_template=PROBLEM_ATTRIBUTES,
        ),
        "signal": entities.shown(
            "sensor",
            "Signal",
            topic,
            '{{ value_json.signal_dbm if value_json.state != "not_answering" else none }}',
            device_class="signal_strength",
            unit_of_measurement="dBm",
            state_class="measurement",
            entity_category="diagnostic",
            expire_after=int(stale_s),
        ),
        "operator": entities.shown(
            "sensor",
            "Operator",
            topic,
            "{{ value_json.operator }}",
            icon="mdi:radio-tower",
            entity_category="diagnostic",
        ),
        "queue": entities.shown(
            "sensor", "Queue", topic, "{{ value_json.queue }}", icon="mdi:tray-full", state_class="measurement"
        ),
    }


def _totals(entities: Entities, name: str) -> dict[str, Component]:
    icons = {"sent": "mdi:message-arrow-right", "received": "mdi:message-arrow-left", "failed": "mdi:message-alert"}
    return {
        total: entities.shown(
            "sensor",
            total.capitalize(),
            entities.topics.line(name),
            f"{{{{ value_json.{total} }}}}",
            icon=icon,
            state_class="total_increasing",
            entity_category="diagnostic",
        )
        for total, icon in icons.items()
    }


def _controls(entities: Entities, name: str) -> dict[str, Component]:
    return {
        "sending": entities.switch(
            "Sending",
            "sending",
            {"line": name, "enabled": True},
            {"line": name, "enabled": False},
            state_topic=entities.topics.line(name),
            value_template=flag("value_json.sending.enabled"),
            icon="mdi:message-processing",
            entity_category="config",
        ),
        "reset_guard": entities.request(
            "Reset the guard",
            "guard",
            {"reset": True, "line": name},
            icon="mdi:shield-refresh",
            entity_category="config",
        ),
    }


def _credit(entities: Entities, name: str, currency: str) -> dict[str, Component]:
    """An answer in another currency than the carrier's own is not shown as if it were in that."""
    topic = entities.topics.balance(name)
    return {
        "credit": entities.shown(
            "sensor",
            "Credit",
            topic,
            f'{{{{ value_json.credit if value_json.currency == "{currency}" else none }}}}',
            device_class="monetary",
            unit_of_measurement=currency,
            suggested_display_precision=2,
            json_attributes_topic=topic,
        ),
        "credit_expires": entities.shown(
            "sensor", "Credit expires", topic, "{{ value_json.expires }}", device_class="date"
        ),
        "low_credit": entities.shown(
            "binary_sensor", "Low credit", topic, flag("value_json.low"), device_class="problem"
        ),
        "check_credit": entities.button(
            "Check credit", entities.topics.credit_requests, {"line": name}, icon="mdi:cash-sync"
        ),
    }
