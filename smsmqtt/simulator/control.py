"""The control connection: one JSON object a line each way, for scripts and for tests of a simulator in a process of
its own.

``{"do": "deliver", "module": 1, "from": "+59899123456", "text": "hola"}`` → ``{"ok": true, "pdus": 1}``; a mistake
gives ``{"ok": false, "error": "…"}`` and the connection stays. Nothing waits: what takes time shows in ``sent`` or
``stats`` later.
"""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from pydantic import ValidationError

from smsmqtt.simulator.network import OnAir
from smsmqtt.simulator.unit import Simulator

Order = dict[str, Any]
Deed = Callable[[Simulator, Order], Order]


def _deliver(unit: Simulator, order: Order) -> Order:
    """module, from, text (or data: hex); order, wide, message_class, reference."""
    text = bytes.fromhex(order.pop("data")) if "data" in order else order.pop("text")
    return {"pdus": unit.deliver(order.pop("module"), order.pop("from"), text, **order)}


def _deliver_pdu(unit: Simulator, order: Order) -> Order:
    """module, pdu; kind."""
    unit.deliver_pdu(order.pop("module"), order.pop("pdu"), **order)
    return {}


def _report(unit: Simulator, order: Order) -> Order:
    """place in sent, status."""
    unit.report(**order)
    return {}


def _call(unit: Simulator, order: Order) -> Order:
    """module, from."""
    return {"noticed": unit.call(order["module"], order["from"])}


def _hang_up(unit: Simulator, order: Order) -> Order:
    """module."""
    unit.hang_up(**order)
    return {}


def _leave_open(unit: Simulator, order: Order) -> Order:
    """module, items: chosen from the toolkit's menus, the session left there."""
    unit.leave_open(order["module"], *order["items"])
    return {}


def _snatch(unit: Simulator, order: Order) -> Order:
    """module."""
    unit.snatch(**order)
    return {}


def _say(unit: Simulator, order: Order) -> Order:
    """module, line."""
    unit.say(**order)
    return {}


def _reboot(unit: Simulator, order: Order) -> Order:
    unit.reboot()
    return {}


def _fault(unit: Simulator, order: Order) -> Order:
    """fault: an object with do, at and the rest; without it the armed ones are told, with clear they go."""
    if order.pop("clear", False):
        with unit.world:
            unit.world.faults.clear()
    if "fault" in order:
        unit.arm(**order["fault"])
    with unit.world:
        faults = unit.world.faults
        return {"armed": [fault.model_dump() for fault in faults.armed], "happened": len(faults.happened)}


def _knob(unit: Simulator, order: Order) -> Order:
    """knob, value."""
    unit.turn(order["knob"], order["value"])
    return {}


def _config(unit: Simulator, order: Order) -> Order:
    return {"config": unit.config.model_dump(mode="json")}


def _sent(unit: Simulator, order: Order) -> Order:
    """after: leave out so many."""
    with unit.world:
        return {"sent": [_as_json(entry) for entry in unit.network.sent[order.get("after", 0) :]]}


def _as_json(entry: OnAir) -> Order:
    submit = entry.submit
    concat = submit.content.concat
    return {
        "at": entry.at.isoformat(),
        "at_s": entry.at_s,
        "module": entry.module,
        "to": entry.recipient,
        "text": entry.text,
        "coding": submit.content.coding,
        "data": submit.content.octets.hex().upper(),
        "header": submit.content.header.hex().upper(),
        "concat": asdict(concat) if concat else None,
        "reference": entry.reference,
        "by": entry.by,
        "report": submit.report_wanted,
        "dcs": submit.dcs,
        "pid": submit.pid,
        "validity_s": submit.validity_s,
        "tpdu": entry.tpdu_hex,
    }


def _texts(unit: Simulator, order: Order) -> Order:
    with unit.world:
        return {"texts": [asdict(text) for text in unit.network.texts()]}


def _asked(unit: Simulator, order: Order) -> Order:
    """after: leave out so many."""
    with unit.world:
        asked = unit.network.asked[order.get("after", 0) :]
        return {"asked": [asdict(one) | {"at": one.at.isoformat()} for one in asked]}


def _stats(unit: Simulator, order: Order) -> Order:
    with unit.world:
        inside = [asdict(visit.record) | {"state": visit.state} for visit in unit.visits]
        return {"stats": unit.measures.summary() | {"now_s": unit.world.monotonic(), "inside": inside}}


def _sim(unit: Simulator, order: Order) -> Order:
    """module."""
    with unit.world:
        modem = unit.module(order["module"])
        slots = [
            {"index": index, "kind": record.kind, "status": record.status, "pdu": record.pdu.hex().upper()}
            for index, record in modem.card.listed()
        ]
        waiting = [incoming.pdu.hex().upper() for incoming in unit.network.waiting.get(modem.number, ())]
        toolkit = {"state": modem.toolkit.state, "items": modem.toolkit.path}
        state = {"state": modem.sim_state, "capacity": modem.sim.capacity, "toolkit": toolkit}
        return state | {"slots": slots, "waiting": waiting}


DEEDS: dict[str, Deed] = {
    "deliver": _deliver,
    "deliver_pdu": _deliver_pdu,
    "report": _report,
    "call": _call,
    "hang_up": _hang_up,
    "leave_open": _leave_open,
    "snatch": _snatch,
    "say": _say,
    "reboot": _reboot,
    "fault": _fault,
    "knob": _knob,
    "config": _config,
    "sent": _sent,
    "texts": _texts,
    "asked": _asked,
    "stats": _stats,
    "sim": _sim,
}


def obey(unit: Simulator, line: str | bytes) -> Order:
    """One order, one answer; what is wrong with the order is in the answer."""
    try:
        order = json.loads(line)
        deed = DEEDS[order.pop("do")]
    except (ValueError, AttributeError, KeyError, TypeError):
        return {"ok": False, "error": f'a JSON object with "do", one of: {", ".join(DEEDS)}'}
    try:
        return {"ok": True} | deed(unit, order)
    except (ValidationError, ValueError, TypeError, LookupError) as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}


class Control:
    """Listens for control connections, any number of them."""

    def __init__(self, unit: Simulator, host: str = "127.0.0.1", port: int = 0) -> None:
        class Connection(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                for line in self.rfile:
                    self.wfile.write(json.dumps(obey(unit, line), ensure_ascii=False).encode() + b"\n")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server((host, port), Connection)
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="simulator-control", daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
