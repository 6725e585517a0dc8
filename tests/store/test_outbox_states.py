from __future__ import annotations

import pytest
from support.letters import place

from smsmqtt.errors import WrongState
from smsmqtt.model import MessageState as M
from smsmqtt.model import PartState as P
from smsmqtt.model import Reason
from smsmqtt.store import Store, Transaction, outbox
from smsmqtt.store.outbox.changes import move
from smsmqtt.store.outbox.states import NO_REPORT, TRANSITIONS, Change, is_final, message_state

EVERY_PAIR = [(change, source) for change in Change for source in P]


def legal(change: Change, source: P) -> bool:
    """The picture in the design, written out a second time."""
    return (
        source
        in {
            Change.CLAIM: {P.QUEUED},
            Change.UNCLAIM: {P.CLAIMED},
            Change.SUBMIT: {P.CLAIMED},
            Change.TAKEN: {P.SUBMITTING},
            Change.NOT_NOW: {P.CLAIMED, P.SUBMITTING},
            Change.NEVER: {P.QUEUED, P.CLAIMED, P.SUBMITTING},
            Change.UNCERTAIN: {P.SUBMITTING},
            Change.RESEND: {P.UNCERTAIN, P.FAILED},
            Change.CANCEL: {P.QUEUED, P.CLAIMED},
            Change.EXPIRE: {P.QUEUED},
            Change.REPORT_TRYING: {P.UNCERTAIN},
            Change.REPORT_DELIVERED: {P.SENT, P.UNCERTAIN},
            Change.REPORT_UNDELIVERED: {P.SENT, P.UNCERTAIN},
        }[change]
    )


@pytest.mark.parametrize(("change", "source"), EVERY_PAIR)
def test_a_part_moves_only_as_the_table_says(store: Store, change: Change, source: P) -> None:
    def arrange(tx: Transaction) -> None:
        place(tx)
        tx.execute("update parts set state = ?", (source,))

    def state(tx: Transaction) -> P:
        return outbox.message(tx, "a").parts[0].state

    store.write(arrange)
    if legal(change, source):
        store.write(lambda tx: move(tx, change, "a", 1))
        assert store.read(state) is TRANSITIONS[change].target
    else:
        with pytest.raises(WrongState, match=f"it is {source}"):
            store.write(lambda tx: move(tx, change, "a", 1))
        assert store.read(state) is source


def test_a_part_that_is_not_there_does_not_move(store: Store) -> None:
    store.write(place)
    with pytest.raises(WrongState, match="no such part"):
        store.write(lambda tx: move(tx, Change.CLAIM, "a", 2))


def test_each_move_is_in_the_timeline_with_its_part_and_reason(store: Store) -> None:
    reason = Reason(code="why", text="because")
    store.write(place)
    store.write(lambda tx: move(tx, Change.NEVER, "a", 1, reason))
    entry = store.read(lambda tx: outbox.timeline(tx, "a"))[-1]
    assert (entry.state, entry.part, entry.reason) == ("failed", 1, reason)


@pytest.mark.parametrize(
    ("parts", "state"),
    [
        ((P.QUEUED,), M.QUEUED),
        ((P.QUEUED, P.QUEUED), M.QUEUED),
        ((P.CLAIMED,), M.SENDING),
        ((P.SUBMITTING,), M.SENDING),
        ((P.SENT, P.CLAIMED), M.SENDING),
        ((P.SENT, P.QUEUED), M.SENDING),
        ((P.UNCERTAIN, P.QUEUED), M.SENDING),
        ((P.DELIVERED, P.QUEUED), M.SENDING),
        ((P.SENT, P.SENT), M.SENT),
        ((P.SENT, P.DELIVERED), M.SENT),
        ((P.DELIVERED, P.DELIVERED), M.DELIVERED),
        ((P.DELIVERED, P.UNDELIVERED), M.UNDELIVERED),
        ((P.SENT, P.UNDELIVERED), M.UNDELIVERED),
        ((P.UNCERTAIN, P.UNDELIVERED), M.UNDELIVERED),
        ((P.SENT, P.UNCERTAIN), M.UNCERTAIN),
        ((P.DELIVERED, P.UNCERTAIN), M.UNCERTAIN),
        ((P.SENT, P.FAILED), M.FAILED),
        ((P.UNCERTAIN, P.FAILED), M.FAILED),
        ((P.EXPIRED, P.EXPIRED), M.EXPIRED),
        ((P.CANCELLED, P.CANCELLED), M.CANCELLED),
    ],
)
def test_its_parts_say_what_a_message_is(parts: tuple[P, ...], state: M) -> None:
    assert message_state(parts) is state
    assert message_state(parts[::-1]) is state


@pytest.mark.parametrize("state", [M.QUEUED, M.SENDING])
def test_what_is_not_out_is_not_final(state: M) -> None:
    assert not is_final(state, report=False, reason=None)


@pytest.mark.parametrize("state", [M.DELIVERED, M.UNDELIVERED, M.FAILED, M.EXPIRED, M.CANCELLED, M.UNCERTAIN])
def test_what_ended_is_final(state: M) -> None:
    assert is_final(state, report=True, reason=None)


def test_sent_is_final_when_no_report_is_awaited() -> None:
    assert is_final(M.SENT, report=False, reason=None)
    assert is_final(M.SENT, report=True, reason=NO_REPORT)
    assert not is_final(M.SENT, report=True, reason=None)
