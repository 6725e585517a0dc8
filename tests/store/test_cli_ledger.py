"""``smsmqtt queue`` and ``smsmqtt explain``, on a real file."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from support.command import call
from support.fake_clock import FakeClock
from support.letters import RECIPIENT, place, send

from smsmqtt.cli.terminal import moment
from smsmqtt.model import Reason
from smsmqtt.payloads.times import iso
from smsmqtt.store import Store, Transaction, outbox, webhooks

BODY = "hola"


@pytest.mark.parametrize("command", [("queue",), ("explain", "a")])
def test_a_store_that_is_not_there_is_said_and_not_made(command: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "none" / "smsmqtt.db"
    path.parent.mkdir()
    ended = call(*command, "--store", path)
    assert ended.code == 1
    assert ended.err.startswith(f"smsmqtt: {path}: there is no store here")
    assert list(path.parent.iterdir()) == []


def test_the_store_of_the_configuration_is_read(store: Store, path: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(f"store: {{path: {path}}}\ngateways: {{hall: {{host: h, lines: {{mine: {{module: 1}}}}}}}}\n")
    store.write(place)
    assert [it["id"] for it in call("queue", "-c", config, "--json").objects[0]] == ["a"]


def test_an_empty_queue(store: Store, path: Path) -> None:
    assert call("queue", "--store", path).out == "every message is finished\n"
    assert call("queue", "--store", path, "--json").objects == [[]]


def test_the_queue_shows_what_waits_and_why(store: Store, path: Path, clock: FakeClock) -> None:
    later = clock.now() + timedelta(minutes=5)
    store.write(lambda tx: place(tx, "a", parts=2))
    store.write(lambda tx: place(tx, "b", urgent=True))
    store.write(lambda tx: outbox.wait_because(tx, "a", Reason(code="cms_38", text="network out of order"), later))
    ended = call("queue", "--store", path)
    head, urgent, waiting, times = ended.out.splitlines()
    assert head.split()[:3] == ["state", "id", "to"]
    assert urgent.split()[:2] == ["queued", "b"]
    assert waiting.split()[:2] == ["queued", "a"]
    assert "0/2" in waiting
    assert "network out of order" in waiting
    assert times.startswith("Times are local")


def test_the_parts_that_the_network_took_are_counted_alike_in_table_and_json(store: Store, path: Path) -> None:
    store.write(lambda tx: place(tx, "again", parts=2))
    store.write(lambda tx: outbox.claim(tx, "again"))
    store.write(lambda tx: outbox.submitting(tx, "again", 1))
    store.write(lambda tx: outbox.not_now(tx, "again", Reason(code="cms_38", text="no network"), tx.now))
    store.write(lambda tx: place(tx, "sent"))
    store.write(lambda tx: send(tx, "sent"))
    _, again, sent, _ = call("queue", "--store", path).out.splitlines()
    assert ("0/2" in again, "1/1" in sent) == (True, True)
    told = {it["id"]: it["parts"]["sent"] for it in call("queue", "--store", path, "--json").objects[0]}
    assert told == {"again": 0, "sent": 1}


def test_the_queue_tells_before_when_a_message_is_not_sent(store: Store, path: Path, clock: FakeClock) -> None:
    sooner, later = clock.now() + timedelta(hours=1), clock.now() + timedelta(hours=2)
    store.write(lambda tx: place(tx, "a", send_at=later))
    store.write(lambda tx: outbox.wait_because(tx, "a", Reason(code="paused", text="paused"), sooner))
    head, row, _ = call("queue", "--store", path).out.splitlines()
    assert row[head.index("not before") :].startswith(moment(later))
    told = call("queue", "--store", path, "--json").objects[0][0]
    assert (told["send_at"], told["next_attempt_at"]) == (iso(later), iso(sooner))


def test_numbers_and_texts_are_hidden_unless_asked_for(store: Store, path: Path) -> None:
    store.write(place)
    for command in (("queue",), ("explain", "a"), ("queue", "--json"), ("explain", "a", "--json")):
        hidden, full = call(*command, "--store", path).out, call(*command, "--store", path, "--full").out
        assert RECIPIENT not in hidden
        assert BODY not in hidden
        assert RECIPIENT in full
        assert BODY in full or command == ("queue",)


def test_a_message_is_explained_step_by_step(store: Store, path: Path) -> None:
    store.write(lambda tx: place(tx, parts=2))
    store.write(send)
    store.write(lambda tx: outbox.never(tx, "a", 2, Reason(code="cms_30", text="unknown subscriber")))
    ended = call("explain", "a", "--store", path)
    assert ended.code == 0
    assert "state     failed: unknown subscriber" in ended.out
    assert "parts     1 sent, 2 failed" in ended.out
    steps = [" ".join(line.split()[2:]) for line in ended.out.splitlines() if line.startswith("  2026-")]
    assert steps[0] == "message queued"
    assert "part 1 sent" in steps
    assert "part 2 failed: unknown subscriber" in steps


def test_an_order_is_explained_message_by_message(store: Store, path: Path) -> None:
    store.write(lambda tx: place(tx, "a", recipients=("+59899000001", "+59899000002")))
    told = call("explain", "a", "--store", path)
    assert "message a.1 of order a" in told.out
    assert "message a.2 of order a" in told.out
    found = call("explain", "a", "--store", path, "--json").objects[0]
    assert [it["id"] for it in found] == ["a.1", "a.2"]


def test_an_explanation_as_json(store: Store, path: Path) -> None:
    store.write(place)
    found = call("explain", "a", "--store", path, "--json").objects[0]
    assert (found["id"], found["state"], found["final"]) == ("a", "queued", False)
    assert found["timeline"][0] == {"at": "2026-11-22T12:00:00Z", "state": "queued", "part": None, "reason": None}


def test_an_unknown_id_is_said(store: Store, path: Path) -> None:
    ended = call("explain", "nix", "--store", path)
    assert ended.code == 1
    assert f"no message or order nix in {path}" in ended.err


def test_a_reason_cannot_move_the_cursor(store: Store, path: Path) -> None:
    store.write(place)
    store.write(lambda tx: outbox.wait_because(tx, "a", Reason(code="x", text="\x1b[2Jgone"), None))
    assert "\x1b" not in call("queue", "--store", path).out
    assert "\x1b" not in call("explain", "a", "--store", path).out


def test_a_file_of_another_kind_is_said(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_text("not a database, but long enough to be looked at as one " * 20)
    ended = call("queue", "--store", other)
    assert ended.code == 1
    assert len(ended.err.splitlines()) == 1


def hooks(store: Store, *, waiting: int, error: str | None = None) -> None:
    """One receiver with so many deliveries; the first of them failed with this error."""
    address = webhooks.Address(name="x", label="webhooks.0 (example.org)", kinds=frozenset({"inbox"}))

    def unit(tx: Transaction) -> None:
        webhooks.enlist(tx, [address])
        for number in range(waiting):
            webhooks.put(tx, "x", f"e{number}", "{}")
        if error:
            webhooks.failed(tx, 1, error, next_at=tx.now + timedelta(minutes=5), aside=False)

    store.write(unit)


def test_webhooks_that_wait_stand_below_the_messages(store: Store, path: Path, clock: FakeClock) -> None:
    hooks(store, waiting=2, error="no connection")
    store.write(place)
    _, message, gap, head, row, times = call("queue", "--store", path).out.splitlines()
    assert (message.split()[1], gap) == ("a", "")
    assert head.split()[:2] == ["webhook", "waiting"]
    assert row.startswith("webhooks.0 (example.org)  2 ")
    assert row[head.index("not before") :].startswith(moment(clock.now() + timedelta(minutes=5)))
    assert row.endswith("no connection")
    assert times.startswith("Times are local")


def test_webhooks_that_wait_for_nothing_are_not_mentioned(store: Store, path: Path) -> None:
    hooks(store, waiting=0)
    assert call("queue", "--store", path).out == "every message is finished\n"


def test_the_webhooks_alone(store: Store, path: Path, clock: FakeClock) -> None:
    store.write(place)
    assert call("queue", "--webhooks", "--store", path).out == "there is no webhook\n"
    hooks(store, waiting=1, error="no connection")
    assert call("queue", "--webhooks", "--store", path).out.splitlines()[1].startswith("webhooks.0 (example.org)")
    ((told,),) = call("queue", "--webhooks", "--json", "--store", path).objects
    assert told == {
        "webhook": "webhooks.0 (example.org)",
        "waiting": 1,
        "oldest_at": iso(clock.now()),
        "next_attempt_at": iso(clock.now() + timedelta(minutes=5)),
        "error": "no connection",
        "gone": False,
        "dropped": 0,
    }


def test_a_webhook_that_wants_no_more_says_so(store: Store, path: Path) -> None:
    hooks(store, waiting=1)
    store.write(lambda tx: webhooks.say_gone(tx, "x"))
    assert "answered 410 Gone: told no more until the next start" in call("queue", "--store", path).out
