"""Whether Home Assistant hears what is published, as far as that can be known.

It says so itself, with a message when it comes and one when it goes, and is taken to be there until it says that it
went. With MQTT 5 the broker also tells when there was no subscriber at all. What went by unheard is announced again
when Home Assistant is back; whoever heard it the first time knows it by its id.
"""

from __future__ import annotations

from collections.abc import Mapping

from smsmqtt.store import Transaction, controls, inbox

SCOPE = "home_assistant"
CAME, WENT = b"online", b"offline"


def hear_status(tx: Transaction, payload: bytes) -> None:
    """What Home Assistant says of itself; any other word says nothing."""
    if payload == WENT:
        controls.remember(tx, SCOPE, "away", "yes")
    elif payload == CAME:
        controls.remember(tx, SCOPE, "away", None)
        inbox.republish_missed(tx)


def is_away(tx: Transaction) -> bool:
    """Whether it said that it went, and not yet that it came."""
    return "away" in controls.recall(tx, SCOPE)


def told(tx: Transaction, texts: Mapping[str, bool]) -> None:
    """The broker took these texts; whether anybody at all subscribed to them (True where the broker can't tell)."""
    away = bool(texts) and is_away(tx)
    for text_id, subscribed in texts.items():
        if subscribed and not away:
            inbox.hear(tx, text_id)
        else:
            inbox.miss(tx, text_id)
