"""Where the daemon is killed: each row of what a crash may leave, with the state that it must leave."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Event
from typing import Any

from support.daemon import Daemon

from smsmqtt.simulator import Simulator
from smsmqtt.simulator.faults import Fault, Point


@dataclass(frozen=True, kw_only=True)
class KillPoint:
    """``place``: the daemon kills itself at a call of this function, as its module or class names it.

    ``at``: it is killed when the unit comes to this point, and, with ``lost``, what it handed over is lost there.
    """

    name: str
    place: str = ""
    after: bool = False
    at: Point | None = None
    lost: bool = False

    def __str__(self) -> str:
        return self.name

    def doctor(self, count: int) -> dict[str, Any]:
        """For the daemon that is to die here, the ``count``-th time it passes."""
        return {"die": self.place, "at": count, "after": self.after} if self.place else {}


POINTS = (
    KillPoint(name="before the commit", place="smsmqtt.mqtt.deliveries:Deliveries._act"),
    KillPoint(name="committed, not acknowledged", place="smsmqtt.mqtt.client:Connection.acknowledge"),
    KillPoint(name="claimed", place="smsmqtt.session.send:Sender._send_part"),
    KillPoint(name="at the prompt", place="smsmqtt.session.send:Sender._mark_submitting"),
    KillPoint(name="marked, body not out", place="smsmqtt.session.send:Sender._mark_submitting", after=True),
    KillPoint(name="body out and lost", at="body", lost=True),
    KillPoint(name="body out", at="body"),
    KillPoint(name="on the air", at="air"),
    KillPoint(name="+CMGS came, not recorded", place="smsmqtt.session.send:Sender._record"),
    KillPoint(name="recorded, not published", place="smsmqtt.session.send:Sender._record", after=True),
    KillPoint(name="about to publish", place="smsmqtt.mqtt.publisher:Publisher._announce_one"),
    KillPoint(name="published, not struck off", place="smsmqtt.mqtt.publisher:Publisher._confirm"),
    KillPoint(name="text kept, not deleted", place="smsmqtt.session.receive:delete"),
    KillPoint(name="text deleted, not understood", place="smsmqtt.session.receive:_understand_one"),
    KillPoint(name="text understood, not published", place="smsmqtt.session.receive:_understand_one", after=True),
)


class Trap:
    """Kills the daemon the moment the unit comes to a point for the ``count``-th time."""

    def __init__(self, unit: Simulator, daemon: Daemon, point: KillPoint, count: int) -> None:
        self.sprung = Event()
        self._daemon = daemon
        self._point = point
        self._left = count
        self._faults = unit.world.faults
        self._take = self._faults.take
        self._faults.take = self._pass  # type: ignore[method-assign]

    def disarm(self) -> None:
        self._faults.take = self._take  # type: ignore[method-assign]

    def _pass(self, at: Point, *, module: int | None = None, command: str = "") -> Fault | None:
        if at == self._point.at and not self.sprung.is_set():
            self._left -= 1
            if self._left == 0:
                self._daemon.kill()
                self.sprung.set()
                if self._point.lost:
                    return Fault(do="drop", at=at)
        return self._take(at, module=module, command=command)
