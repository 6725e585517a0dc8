"""Webhooks against real servers: what they get, how often, and who waits for whom."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError
from support import sms
from support.broker import free_port
from support.fake_clock import FakeClock
from support.letters import place
from support.listening import Answer, Listening, Posted
from support.waiting import eventually

from smsmqtt.clock import Clock, SystemClock
from smsmqtt.config import HttpSettings
from smsmqtt.http.dispatch import Dispatch
from smsmqtt.http.postman import Postman
from smsmqtt.http.receivers import receivers
from smsmqtt.http.webhooks import Posting
from smsmqtt.intake.directory import Directory, Line
from smsmqtt.store import Store, announcements, outbox, webhooks
from smsmqtt.store.webhooks import Standing

SECRET = "whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz"
DIRECTORY = Directory(
    contacts={},
    groups={},
    lines={"mine": Line(name="mine", number="+59899000001", gateway="hall")},
    gateways=("hall",),
    region=None,
)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ledger.db", clock)
    yield opened
    opened.close()


@pytest.fixture
def listening() -> Iterator[Listening]:
    with Listening() as server:
        yield server


def hook(url: str, *events: str) -> dict[str, Any]:
    return {"url": url, "events": events or ("inbox", "status", "balance"), "secret": SECRET}


@contextmanager
def dispatch(store: Store, clock: Clock, *hooks: dict[str, Any]) -> Iterator[Dispatch]:
    """A desk's webhooks at work."""
    at_work = Dispatch(HttpSettings.model_validate({"webhooks": hooks}), store, clock, DIRECTORY)
    at_work.start()
    try:
        yield at_work
    finally:
        at_work.stop()


def receive(store: Store, body: str = "hola") -> str:
    """A text comes in; its id."""
    return sms.receive(store, body, sender="+59899123456").id


def standing(store: Store) -> Standing:
    (only,) = store.read(webhooks.standings)
    return only


def standing_when(store: Store, condition: Callable[[Standing], bool]) -> Standing:
    eventually(lambda: condition(standing(store)), what=lambda: str(standing(store)))
    return standing(store)


def turn(store: Store, clock: FakeClock, seconds: float) -> None:
    """Time passes, and those who wait for it look at the clock."""
    clock.advance(seconds)
    store.write(lambda tx: tx.signal("webhooks"))


def answers(*statuses: int) -> Callable[[Posted], Answer]:
    """One after the other; the last one stays."""
    left = list(statuses)
    return lambda _posted: Answer(status=left.pop(0) if len(left) > 1 else left[0])


def test_a_verifier_of_the_standard_accepts_what_is_sent(tmp_path: Path, listening: Listening) -> None:
    clock = SystemClock()
    store = Store.open(tmp_path / "real.db", clock)
    with dispatch(store, clock, hook(listening.url)):
        text_id = receive(store, "¿Hola? 👋")
        (posted,) = listening.hears(1)
    store.close()

    event = Verifier(SECRET).verify(posted.body, dict(posted.headers))
    assert (event["type"], event["data"]["id"], event["data"]["body"]) == ("inbox.received", text_id, "¿Hola? 👋")
    assert posted.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(posted.body + b" ", dict(posted.headers))


def test_each_event_is_told_with_its_type_its_time_and_what_mqtt_publishes(
    store: Store, clock: FakeClock, listening: Listening
) -> None:
    with dispatch(store, clock, hook(listening.url)):
        store.write(place)
        store.write(lambda tx: outbox.cancel(tx, "a"))
        balance = {"line": "mine", "state": "ok", "credit": 50}
        store.write(lambda tx: announcements.add(tx, "balance", json.dumps(balance), owed=False))
        told = [posted.fields for posted in listening.hears(3)]

    assert [it["type"] for it in told] == ["status.queued", "status.cancelled", "balance.ok"]
    assert {it["timestamp"] for it in told} == {"2026-11-22T12:00:00Z"}
    assert told[1]["data"]["id"] == "a"
    assert told[2]["data"] == balance


def test_only_the_kinds_that_are_wanted_are_told(store: Store, clock: FakeClock, listening: Listening) -> None:
    with dispatch(store, clock, hook(listening.url, "inbox")):
        store.write(place)
        receive(store)
        (posted,) = listening.hears(1)

    assert posted.fields["type"] == "inbox.received"


def test_a_new_receiver_begins_with_what_happens_next(store: Store, clock: FakeClock, listening: Listening) -> None:
    receive(store, "before")
    with dispatch(store, clock, hook(listening.url, "status")):
        receive(store, "not wanted yet")
        store.write(place)
        listening.hears(1)
    with dispatch(store, clock, hook(listening.url, "inbox")):
        receive(store, "after")
        told = listening.hears(2)

    assert told[1].fields["data"]["body"] == "after"


def test_what_happens_while_nobody_carries_is_told_after_the_next_start(
    store: Store, clock: FakeClock, listening: Listening
) -> None:
    with dispatch(store, clock, hook(listening.url)):
        pass
    receive(store, "meanwhile")
    with dispatch(store, clock, hook(listening.url)):
        (posted,) = listening.hears(1)

    assert posted.fields["data"]["body"] == "meanwhile"


def test_a_retry_has_the_same_id_and_body_and_a_signature_of_its_own(
    store: Store, clock: FakeClock, listening: Listening
) -> None:
    listening.answer = answers(500, 200)
    with dispatch(store, clock, hook(listening.url)):
        receive(store)
        standing_when(store, lambda it: it.error == "answered 500 Internal Server Error")
        turn(store, clock, 7)
        first, second = listening.hears(2)
        standing_when(store, lambda it: it.waiting == 0)

    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert int(second.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 7
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


def test_the_pauses_grow_to_an_hour(store: Store, clock: FakeClock, listening: Listening) -> None:
    listening.answer = answers(500)
    pauses = []
    with dispatch(store, clock, hook(listening.url)):
        receive(store)
        for attempt in range(1, 13):
            listening.hears(attempt)
            now = clock.now()
            next_at = standing_when(store, lambda it, now=now: it.next_at is not None and it.next_at > now).next_at
            assert next_at
            pauses.append((next_at - now).total_seconds())
            turn(store, clock, pauses[-1])

    assert 4 <= pauses[0] <= 6
    assert all(later > 1.3 * sooner for sooner, later in pairwise(pauses[:9]))
    assert all(0.8 * 3600 <= pause <= 1.2 * 3600 for pause in pauses[10:])


def test_after_a_day_it_is_dropped_and_said_so(
    store: Store, clock: FakeClock, listening: Listening, capsys: pytest.CaptureFixture[str]
) -> None:
    listening.answer = answers(500)
    with dispatch(store, clock, hook(listening.url)):
        receive(store)
        standing_when(store, lambda it: it.error is not None)
        clock.advance(86399)
        turn(store, clock, 1)
        gone = standing_when(store, lambda it: it.waiting == 0)

    assert gone.dropped == 1
    assert "not taken for a day: dropped" in capsys.readouterr().out


def test_nothing_is_dropped_before_the_clock_is_set(store: Store, clock: FakeClock, listening: Listening) -> None:
    clock.set(clock.now() - timedelta(days=20000))
    listening.answer = answers(500, 200)
    with dispatch(store, clock, hook(listening.url)):
        receive(store)
        standing_when(store, lambda it: it.error is not None)
        turn(store, clock, 2 * 86400)
        listening.hears(2)
        assert standing_when(store, lambda it: it.waiting == 0).dropped == 0


def test_a_dead_receiver_and_a_slow_one_keep_nobody_else_waiting(
    store: Store, clock: FakeClock, listening: Listening
) -> None:
    dead = f"http://127.0.0.1:{free_port()}/hook"
    with Listening() as slow:
        slow.let_go.clear()
        with dispatch(store, clock, hook(dead), hook(slow.url), hook(listening.url)):
            for number in range(3):
                receive(store, str(number))
            told = listening.hears(3)
            assert [it.fields["data"]["body"] for it in told] == ["0", "1", "2"]
            waiting = {it.label: it.waiting for it in store.read(webhooks.standings)}
            slow.let_go.set()
            slow.hears(3)

    assert (waiting["webhooks.0 (127.0.0.1)"], waiting["webhooks.1 (127.0.0.1)"]) == (3, 3)


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_busy_gets_everything_later_and_in_order(
    store: Store, clock: FakeClock, listening: Listening, status: int
) -> None:
    listening.answer = answers(status, 200)
    with dispatch(store, clock, hook(listening.url)):
        receive(store, "first")
        standing_when(store, lambda it: it.error is not None)
        receive(store, "second")
        standing_when(store, lambda it: it.waiting == 2)
        turn(store, clock, 7)
        told = listening.hears(3)

    assert [it.fields["data"]["body"] for it in told] == ["first", "first", "second"]


def test_a_receiver_that_was_away_gets_everything_in_order(store: Store, clock: FakeClock) -> None:
    port = free_port()
    with dispatch(store, clock, hook(f"http://127.0.0.1:{port}/hook")):
        receive(store, "first")
        assert standing_when(store, lambda it: it.error is not None).error == "no connection"
        receive(store, "second")
        standing_when(store, lambda it: it.waiting == 2)
        with Listening(port) as listening:
            turn(store, clock, 7)
            told = listening.hears(2)
            standing_when(store, lambda it: it.waiting == 0)

    assert [it.fields["data"]["body"] for it in told] == ["first", "second"]


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, "answered 400 Bad Request"),
        (500, "answered 500 Internal Server Error"),
        (0, "hung up without an answer"),
        (799, "answered 799"),
    ],
)
def test_one_that_is_refused_is_passed_by_the_next(
    store: Store, clock: FakeClock, listening: Listening, status: int, error: str
) -> None:
    listening.answer = lambda posted: Answer(status=status if b"poison" in posted.body else 200)
    with dispatch(store, clock, hook(listening.url)):
        receive(store, "poison")
        receive(store, "good")
        told = listening.hears(2)
        left = standing_when(store, lambda it: it.waiting == 1 and it.error is not None)

    assert [it.fields["data"]["body"] for it in told] == ["poison", "good"]
    assert left.error == error


def test_one_with_which_it_seems_to_be_away_is_passed_after_five_tries(
    store: Store, clock: FakeClock, listening: Listening
) -> None:
    listening.answer = lambda posted: Answer(status=502 if b"poison" in posted.body else 200)
    with dispatch(store, clock, hook(listening.url)):
        receive(store, "poison")
        receive(store, "good")
        for attempt in range(1, 6):
            listening.hears(attempt)
            turn(store, clock, rest_s(store, clock))
        told = listening.hears(6)

    assert [it.fields["data"]["body"] for it in told[:6]] == ["poison"] * 5 + ["good"]


def rest_s(store: Store, clock: FakeClock) -> float:
    """How long the receiver is left alone, once a try has failed."""
    now = clock.now()
    next_at = standing_when(store, lambda it: it.next_at is not None and it.next_at > now).next_at
    assert next_at
    return (next_at - now).total_seconds() + 1


def test_after_a_long_absence_all_that_waited_comes_at_once_and_nearly_in_order(store: Store, clock: FakeClock) -> None:
    port = free_port()
    with dispatch(store, clock, hook(f"http://127.0.0.1:{port}/hook")):
        for number in range(4):
            receive(store, str(number))
        for _ in range(12):
            turn(store, clock, rest_s(store, clock))
        last_s = rest_s(store, clock)
        with Listening(port) as listening:
            turn(store, clock, last_s)
            told = listening.hears(4)
            standing_when(store, lambda it: it.waiting == 0)

    bodies = [it.fields["data"]["body"] for it in told]
    assert sorted(bodies) == ["0", "1", "2", "3"]
    assert bodies[1:] == sorted(bodies[1:]), "but for the one with which it was found to be back"


def test_who_never_answers_is_given_up_on_and_passed_by_the_next(
    store: Store, clock: FakeClock, listening: Listening
) -> None:
    settings = HttpSettings.model_validate({"webhooks": [hook(listening.url)]})
    Dispatch(settings, store, clock, DIRECTORY).stop()
    (receiver,) = receivers(settings)
    for number in range(2):
        store.write(lambda tx, number=number: webhooks.put(tx, receiver.address.name, f"e{number}", "{}"))
    listening.let_go.clear()
    postman = Postman(receiver, store, clock, posting=Posting(answer_s=0.1))
    postman.start()
    listening.hears(2)
    left = standing_when(store, lambda it: it.error is not None)
    listening.let_go.set()
    postman.stop()
    postman.join()

    assert left.error == "no answer in time"


@pytest.mark.parametrize("written", ["600", "Sun, 22 Nov 2026 12:10:00 GMT"])
def test_the_pause_that_the_receiver_asks_for_is_kept(
    store: Store, clock: FakeClock, listening: Listening, written: str
) -> None:
    listening.answer = lambda _posted: Answer(status=503, headers={"Retry-After": written})
    with dispatch(store, clock, hook(listening.url)):
        receive(store)
        left = standing_when(store, lambda it: it.error is not None)

    assert left.next_at == clock.now() + timedelta(seconds=600)


@pytest.mark.parametrize("written", ["soon", "-5", "", "Sun, 22 Nov 2026 12:10:00"])
def test_a_pause_that_makes_no_sense_is_passed_over(
    store: Store, clock: FakeClock, listening: Listening, written: str
) -> None:
    listening.answer = lambda _posted: Answer(status=503, headers={"Retry-After": written})
    with dispatch(store, clock, hook(listening.url)):
        receive(store)
        left = standing_when(store, lambda it: it.error is not None)

    assert left.next_at
    assert left.next_at <= clock.now() + timedelta(seconds=6)


def test_a_redirect_is_not_followed(store: Store, clock: FakeClock, listening: Listening) -> None:
    with Listening() as elsewhere:
        listening.answer = lambda _posted: Answer(status=307, headers={"Location": elsewhere.url})
        with dispatch(store, clock, hook(listening.url)):
            receive(store)
            left = standing_when(store, lambda it: it.error is not None)
        assert elsewhere.heard == []

    assert left.error == "answered 307 Temporary Redirect: redirects are not followed"


def test_who_is_gone_is_told_no_more_until_the_next_start(
    store: Store, clock: FakeClock, listening: Listening, capsys: pytest.CaptureFixture[str]
) -> None:
    listening.answer = answers(410)
    with dispatch(store, clock, hook(listening.url)):
        receive(store, "one")
        gone = standing_when(store, lambda it: it.gone)
        receive(store, "two")
        store.write(lambda tx: None)
    assert (gone.waiting, gone.dropped, len(listening.heard)) == (0, 1, 1)
    assert "410 Gone" in capsys.readouterr().out
    listening.answer = answers(200)
    with dispatch(store, clock, hook(listening.url)):
        receive(store, "three")
        told = listening.hears(2)

    assert told[1].fields["data"]["body"] == "three"
    assert not standing(store).gone


def test_what_waits_for_who_is_no_receiver_any_more_is_dropped_and_said(
    store: Store, clock: FakeClock, capsys: pytest.CaptureFixture[str]
) -> None:
    with dispatch(store, clock, hook(f"http://127.0.0.1:{free_port()}/hook")):
        receive(store)
        standing_when(store, lambda it: it.error is not None)
    with dispatch(store, clock):
        pass

    assert store.read(webhooks.standings) == []
    assert "no receiver any more: dropped" in capsys.readouterr().out


def test_a_user_in_the_address_logs_in_and_nothing_secret_is_logged_or_shown(
    store: Store, clock: FakeClock, listening: Listening, capsys: pytest.CaptureFixture[str]
) -> None:
    listening.answer = answers(401, 200)
    url = f"http://ana:pass%40word@127.0.0.1:{listening.port}/secret-path?token=secret-query"
    with dispatch(store, clock, hook(url)):
        receive(store, "secret-body")
        left = standing_when(store, lambda it: it.error is not None)
        turn(store, clock, 7)
        told = listening.hears(2)
        standing_when(store, lambda it: it.waiting == 0)

    assert told[0].headers["authorization"] == "Basic YW5hOnBhc3NAd29yZA=="
    assert told[0].path == "/secret-path?token=secret-query"
    said = capsys.readouterr().out + str(left)
    assert "not taken" in said
    for secret in ("secret-", "pass", "whsec"):
        assert secret not in said


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("https://127.0.0.1:{port}/hook", "no secure connection: [SSL"),
        ("http://no-such-host.invalid/hook", "its name is not known"),
        ("http://" + "a" * 70 + ".example/hook", "not possible: "),
    ],
)
def test_an_address_that_does_not_work_is_said_to_be(
    store: Store, clock: FakeClock, listening: Listening, url: str, error: str
) -> None:
    with dispatch(store, clock, hook(url.format(port=listening.port))):
        receive(store)
        left = standing_when(store, lambda it: it.error is not None)

    assert (left.error or "").startswith(error)


def test_an_idle_receiver_costs_no_commit(store: Store, clock: FakeClock, listening: Listening) -> None:
    with dispatch(store, clock, hook(listening.url, "inbox")):
        receive(store)
        standing_when(store, lambda it: it.waiting == 0 and len(listening.heard) == 1)
        before = store.commits
        store.write(lambda tx: announcements.add(tx, "status", "{}"))
        for _ in range(3):
            turn(store, clock, 60)

        assert store.commits == before + 1


def test_nothing_runs_where_nobody_is_to_be_told(store: Store, clock: FakeClock) -> None:
    with dispatch(store, clock) as at_work:
        assert at_work.alive()
        assert not at_work._thread.ident
    assert store.commits == 0


def test_an_event_that_can_not_be_worded_keeps_nobody_waiting(
    store: Store, clock: FakeClock, listening: Listening
) -> None:
    with dispatch(store, clock, hook(listening.url)):
        store.write(lambda tx: announcements.add(tx, "status", "[]"))
        receive(store)
        (posted,) = listening.hears(1)

    assert posted.fields["type"] == "inbox.received"
