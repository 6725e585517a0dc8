"""A house with everything: daemon, broker, simulated gateway, a real Home Assistant, and somebody who listens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from support.bridge import Bridge
from support.hass import HomeAssistant
from support.mqtt_caller import Caller
from support.waiting import eventually


@dataclass
class AssistedHouse:
    """Its parts are running; who made them stops them."""

    bridge: Bridge
    caller: Caller
    assistant: HomeAssistant

    def texts_to(self, number: str) -> list[str]:
        return [it.text or "" for it in self.bridge.unit.network.texts() if it.recipient == number]

    def wait_for_text(self, number: str, words: str, within_s: float = 15.0) -> str:
        """The first one to this number with these words in it."""
        return eventually(
            lambda: [text for text in self.texts_to(number) if words in text],
            within_s=within_s,
            what=lambda: f"{words} in {self.texts_to(number)}: {self.assistant.log()[-3000:]}",
        )[0]

    def heard(self, topic: str) -> list[str]:
        return [it.payload.decode() for it in self.caller.on(topic)]

    def texts_in(self, sender: str, body: str) -> dict[str, Any]:
        """A text comes in; as it was told."""
        before = len(self.caller.on("sms/inbox"))
        self.bridge.unit.deliver(1, sender, body)
        eventually(lambda: self.caller.on("sms/inbox")[before:], what=self.bridge.log)
        return self.caller.on("sms/inbox")[before].fields

    def ask_for_credit(self) -> None:
        """Returns when the answer was told."""
        before = len(self.caller.on("sms/balance/mine"))
        self.caller.publish("sms/balance/request", "all")
        eventually(lambda: self.caller.on("sms/balance/mine")[before:], what=self.bridge.log)

    def told(self, entity_id: str, what: str = "state") -> str | None:
        """The state of an entity, or another attribute, as last told; None before that."""
        topic = f"ha/{entity_id.replace('.', '/')}/{what}"
        told = [it.payload.decode() for it in self.caller.heard if it.topic == topic]
        return told[-1] if told else None
