"""When Home Assistant is told everything again, and what is remembered of what it was told."""

from __future__ import annotations

import json

from support.fake_clock import FakeClock

from smsmqtt.mqtt import audience
from smsmqtt.mqtt.announcing import Announcing, announced
from smsmqtt.mqtt.discovery import Device
from smsmqtt.mqtt.topics import Topics
from smsmqtt.store import Store

TOPICS = Topics("sms")
LEFT, RIGHT = (TOPICS.discovery(name) for name in ("left", "right"))


def device(name: str, **platforms: str) -> Device:
    return Device(id=name, name=name, model="m", components={key: {"platform": it} for key, it in platforms.items()})


def announcing(store: Store, clock: FakeClock, *devices: Device, jitter_s: float = 3.0) -> Announcing:
    return Announcing(devices, topics=TOPICS, store=store, clock=clock, jitter_s=lambda: jitter_s)


def shown(it: Announcing) -> dict[str, dict[str, str] | None]:
    """The components of each device, None for one that is taken away."""
    return {
        outgoing.topic: json.loads(outgoing.payload)["cmps"] if outgoing.payload else None for outgoing in it.topics
    }


def test_after_a_birth_everything_is_due_once_when_the_jitter_is_over(store: Store, clock: FakeClock) -> None:
    it = announcing(store, clock)
    assert (it.again(), it.wait_s(5.0)) == (False, 5.0)
    it.came()
    clock.advance(2.0)
    it.came()
    assert (it.again(), it.wait_s(5.0)) == (False, 1.0)
    clock.advance(1.0)
    assert it.wait_s(5.0) == 0.0
    assert [it.again(), it.again(), it.wait_s(5.0)] == [True, False, 5.0]


def test_a_component_that_left_is_shown_by_its_platform_until_the_broker_has_it(store: Store, clock: FakeClock) -> None:
    announcing(store, clock, device("left", a="button", b="sensor"))
    it = announcing(store, clock, device("left", b="sensor"))
    assert shown(it)[LEFT]["a"] == {"p": "button"}
    it = announcing(store, clock, device("left", b="sensor"))
    assert shown(it)[LEFT]["a"] == {"p": "button"}, "it was not taken yet"
    it.took(LEFT)
    assert shown(it)[LEFT].keys() == {"b"}
    assert store.read(announced) == {LEFT: {"b": "sensor"}}


def test_a_component_on_another_platform_is_first_taken_away(store: Store, clock: FakeClock) -> None:
    announcing(store, clock, device("left", a="button"))
    it = announcing(store, clock, device("left", a="switch"))
    assert shown(it)[LEFT]["a"] == {"p": "button"}
    it.took(LEFT)
    assert shown(it)[LEFT]["a"]["platform"] == "switch"


def test_a_device_that_left_is_cleared_until_the_broker_has_it(store: Store, clock: FakeClock) -> None:
    announcing(store, clock, device("left", a="button"), device("right"))
    it = announcing(store, clock, device("right"))
    assert shown(it) == {LEFT: None, RIGHT: {}}
    it.took(RIGHT)
    assert LEFT in shown(it)
    it.took(LEFT)
    assert shown(it) == {RIGHT: {}}
    assert store.read(announced) == {RIGHT: {}}


def test_home_assistant_that_was_away_is_reminded_of_what_it_is_told_to_forget(store: Store, clock: FakeClock) -> None:
    announcing(store, clock, device("left", a="button"), device("right", b="event", c="sensor"))
    store.write(lambda tx: audience.hear_status(tx, audience.WENT))
    it = announcing(store, clock, device("right", c="sensor"))
    for topic in (LEFT, RIGHT):
        it.took(topic)
    assert shown(it)[LEFT] is None
    assert store.read(announced).keys() == {LEFT, RIGHT}, "it has not seen them go"
    it.came()
    reminders = {outgoing.topic: json.loads(outgoing.payload) for outgoing in it.reminders()}
    assert reminders[LEFT]["dev"] == {"identifiers": ["left"]}
    assert reminders[LEFT]["cmps"]["a"]["unique_id"] == "left_a"
    assert reminders[RIGHT]["cmps"].keys() == {"b"}
    for topic in (LEFT, RIGHT):
        it.took(topic)
    assert shown(it).keys() == {RIGHT}
    assert it.reminders() == []
    assert store.read(announced) == {RIGHT: {"c": "sensor"}}


def test_home_assistant_that_is_there_is_reminded_of_nothing(store: Store, clock: FakeClock) -> None:
    announcing(store, clock, device("left", a="button"))
    it = announcing(store, clock)
    it.came()
    assert it.reminders() == []


def test_the_same_announcements_again_commit_nothing(store: Store, clock: FakeClock) -> None:
    announcing(store, clock, device("left", a="button"))
    before = store.commits
    it = announcing(store, clock, device("left", a="button"))
    it.took(LEFT)
    assert store.commits == before
