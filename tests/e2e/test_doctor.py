"""``smsmqtt doctor`` and ``smsmqtt capture``: what is wrong at a gateway, each fault with its own advice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.bridge import ANA, Bridge
from support.broker import Broker, free_port, require_mosquitto
from support.command import Ended, Running, call, run
from support.units import Unit, unit  # noqa: F401

from smsmqtt.clock import SystemClock
from smsmqtt.config import load
from smsmqtt.link.dial import dial
from smsmqtt.simulator import Simulator
from smsmqtt.store import Store, controls

Examine = Callable[..., list[dict[str, Any]]]


def config_for(folder: Path, simulated: Simulator | None, *, mqtt: Any = None, **gateway: Any) -> Path:
    """One line, mine, and a broker that isn't there unless named."""
    place = {"host": simulated.host, "port": simulated.port} if simulated else {}
    settings = {
        "mqtt": mqtt or {"host": "127.0.0.1", "port": free_port()},
        "store": {"path": "smsmqtt.db"},
        "gateways": {"hall": {**place, "lines": {"mine": {"module": 1}}, **gateway}},
    }
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(settings))
    return path


def findings(ended: Ended, where: str) -> list[tuple[str, str]]:
    return [(it["level"], it["text"]) for it in ended.objects if it["where"] == where]


def test_all_is_well(tmp_path: Path) -> None:
    require_mosquitto()
    with Bridge(tmp_path) as bridge:
        bridge.start()
        ended = bridge.command("doctor")
        assert ended.code == 0, ended.out
        assert {line.split()[0] for line in ended.out.splitlines()} == {"ok"}
        for word in (
            "daemon: is connected",
            "PDU mode, joins commands",
            "Antel",
            "dBm",
            "service centre +598",
            "of 30",
        ):
            assert word in ended.out
        assert bridge.unit.measures.second_connections == 0


@pytest.mark.parametrize(
    ("knobs", "level", "text"),
    [
        ({"sim": {"state": "none"}}, "FAIL", "the gateway knows no module 1 with a SIM"),
        ({"sim": {"state": "pin"}}, "FAIL", "the SIM asks for its PIN"),
        ({"sim": {"state": "puk"}}, "FAIL", "the SIM asks for its PUK"),
        ({"sim": {"registration": 3}}, "FAIL", "not registered with a network"),
        ({"sim": {"registration": 5}}, "warn", "roaming with Antel"),
        ({"sim": {"signal": 99}}, "warn", "the module does not know the signal"),
        ({"sim": {"signal": 2}}, "warn", "signal -109 dBm is weak"),
        ({"sim": {"service_centre": ""}}, "FAIL", "the SIM has no service centre number"),
        ({"modem": {"pdu_mode": False}}, "warn", "SIMULATED MV-37X R1, text mode (UCS2)"),
        ({"modem": {"joining": False}}, "ok", "SIMULATED MV-37X R1, PDU mode, one command at a time"),
        ({"shell": {"has_state": False}}, "warn", "this firmware does not say whether a module is free"),
    ],
)
def test_what_is_wrong_with_a_line(
    knobs: dict[str, Any],
    level: str,
    text: str,
    unit: Unit,  # noqa: F811
    tmp_path: Path,
) -> None:
    ended = call("doctor", "--json", "-c", config_for(tmp_path, unit(**knobs)))
    told = [it for it in ended.objects if it["where"] == "line mine" and it["text"].startswith(text)]
    assert [it["level"] for it in told] == [level], ended.out
    assert bool(told[0]["advice"]) == (level != "ok")


def test_the_service_centre_is_read_in_text_mode(unit: Unit, tmp_path: Path) -> None:  # noqa: F811
    ended = call("doctor", "--json", "-c", config_for(tmp_path, unit(modem={"pdu_mode": False})))
    assert ("ok", "service centre +59899000000") in findings(ended, "line mine")


@pytest.mark.parametrize(
    ("fault", "where", "finding"),
    [
        (
            {"do": "error", "at": "command", "match": "CPIN", "code": 310},
            "line mine",
            ("FAIL", "no SIM (SIM not inserted)"),
        ),
        ({"do": "snatch", "at": "command", "match": "CPIN"}, "line mine", ("warn", "the gateway took the module away")),
        (
            {"do": "drop", "at": "command", "match": "CPIN"},
            "gateway hall",
            ("FAIL", "the gateway closed the connection"),
        ),
    ],
)
def test_what_goes_wrong_on_the_way(
    fault: dict[str, Any],
    where: str,
    finding: tuple[str, str],
    unit: Unit,  # noqa: F811
    tmp_path: Path,
) -> None:
    simulated = unit()
    simulated.arm(**fault, times=None)
    assert finding in findings(call("doctor", "--json", "-c", config_for(tmp_path, simulated)), where)


def test_no_pin_is_tried(unit: Unit, tmp_path: Path) -> None:  # noqa: F811
    simulated = unit(sim={"state": "pin"})
    config = config_for(tmp_path, simulated, lines={"mine": {"module": 1, "pin": "9999"}})
    assert ("warn", "the SIM asks for its PIN") in findings(call("doctor", "--json", "-c", config), "line mine")
    assert simulated.module(1).sim_state == "pin"


def test_a_full_sim_is_told_and_left_as_it_is(unit: Unit, tmp_path: Path) -> None:  # noqa: F811
    simulated = unit(sim={"capacity": 2})
    for _ in range(2):
        simulated.deliver(1, ANA, "hola")
    ended = call("doctor", "--json", "-c", config_for(tmp_path, simulated))
    assert ("warn", "2 of 2 places for texts are taken") in findings(ended, "line mine")
    assert len(list(simulated.module(1).card.listed())) == 2


def test_a_wrong_password_of_the_gateway(unit: Unit, tmp_path: Path) -> None:  # noqa: F811
    ended = call("doctor", "-c", config_for(tmp_path, unit(), password="secret-one"))
    assert ended.code == 1
    assert "FAIL  gateway hall: bad login - the gateway refuses the user name or password" in ended.out
    assert "secret-one" not in ended.out


def test_a_module_in_a_call(unit: Unit, tmp_path: Path) -> None:  # noqa: F811
    simulated = unit()
    simulated.call(1, ANA)
    ended = call("doctor", "--json", "-c", config_for(tmp_path, simulated))
    assert ("warn", "module 1 is in a call, or somebody has it") in findings(ended, "line mine")


def test_a_gateway_that_is_not_there(tmp_path: Path) -> None:
    ended = call(
        "doctor", "--json", "-c", config_for(tmp_path, None, driver="at", device="/dev/no-modem", lines={"mine": {}})
    )
    assert ended.code == 1
    assert [level for level, _ in findings(ended, "gateway hall")] == ["FAIL"]


def test_a_store_that_cannot_be(tmp_path: Path, unit: Unit) -> None:  # noqa: F811
    config = config_for(tmp_path, unit())
    config.write_text(config.read_text().replace("smsmqtt.db", str(tmp_path / "none" / "smsmqtt.db")))
    ended = call("doctor", "--json", "-c", config)
    assert findings(ended, "store")[0] == ("FAIL", f"there is no folder {tmp_path / 'none'}")
    assert [level for level, _ in findings(ended, "gateways")] == ["FAIL"]


def test_a_store_where_not_even_root_may_write(tmp_path: Path) -> None:
    config = config_for(tmp_path, None, host="127.0.0.1")
    config.write_text(config.read_text().replace("smsmqtt.db", "/proc/smsmqtt.db"))
    ended = call("doctor", "--json", "-c", config)
    ((level, text),) = findings(ended, "store")
    assert (level, text[:35]) == ("FAIL", "nothing can be written in /proc: No")
    assert [level for level, _ in findings(ended, "gateways")] == ["FAIL"]


def test_a_pause_is_told_with_its_end(tmp_path: Path, unit: Unit) -> None:  # noqa: F811
    config = config_for(tmp_path, unit())
    store = Store.open(tmp_path / "smsmqtt.db", SystemClock())
    store.write(lambda tx: controls.pause(tx, None, None))
    store.close()
    told = [it for it in call("doctor", "--json", "-c", config).objects if it["where"] == "gateway hall"]
    assert (told[0]["level"], told[0]["text"]) == ("warn", "paused until somebody resumes it")
    assert told[0]["advice"] == "smsmqtt resume hall"


def test_another_bridge_on_the_prefix_is_a_failure(tmp_path: Path) -> None:
    require_mosquitto()
    with Bridge(tmp_path) as bridge:
        bridge.start()
        other = tmp_path / "other.db"
        Store.open(other, SystemClock()).close()
        bridge.config.write_text(bridge.config.read_text().replace("smsmqtt.db", str(other)))
        ended = bridge.command("doctor", "--json")
    ((level, text),) = findings(ended, "daemon")
    assert (level, text) == ("FAIL", f"another bridge is on the prefix sms, with another store than {other}")


def test_a_store_of_another_kind(tmp_path: Path, unit: Unit) -> None:  # noqa: F811
    (tmp_path / "smsmqtt.db").write_text("something else, and long enough to be looked at" * 10)
    assert findings(call("doctor", "--json", "-c", config_for(tmp_path, unit())), "store")[0][0] == "FAIL"


def test_the_troubles_with_a_broker_are_different(tmp_path: Path) -> None:
    require_mosquitto()
    acl = "user ana\ntopic read $SYS/#\n"
    broker = Broker(tmp_path / "broker", users={"ana": "right"}, acl=acl).start()
    place = {"host": broker.host, "port": broker.port}
    accounts: list[dict[str, Any]] = [
        {"host": "127.0.0.1", "port": free_port()},
        {**place, "username": "ana", "password": "wrong"},
        {**place, "tls": {"verify": "false"}},
        {**place, "username": "ana", "password": "right"},
    ]
    try:
        told = [_failures_of_the_broker(config_for(tmp_path, None, host="h.invalid", mqtt=it)) for it in accounts]
    finally:
        broker.stop()
    assert [len(it) for it in told] == [1, 1, 1, 1]
    assert len({it[0]["advice"] for it in told}) == 4
    assert "topic readwrite sms/#" in told[3][0]["advice"]


@pytest.mark.parametrize(
    ("rights", "level"),
    [("", "FAIL"), ("topic write ha/found/#\n", "warn"), ("topic readwrite ha/found/#\n", "ok")],
)
def test_whether_home_assistant_can_be_told_is_found_out_without_a_daemon(
    tmp_path: Path, rights: str, level: str
) -> None:
    [told] = _told_of_discovery(tmp_path, rights, {"prefix": "ha/found"})
    assert told["level"] == level
    assert ("topic readwrite ha/found/#" in told["advice"]) == (level != "ok")


def test_on_mqtt_3_1_1_an_announcement_that_is_swallowed_is_no_ok(tmp_path: Path) -> None:
    [told] = _told_of_discovery(tmp_path, "", {"prefix": "ha/found"}, version="3.1.1")
    assert told["level"] != "ok"


def test_a_discovery_that_is_off_is_not_looked_at(tmp_path: Path) -> None:
    assert _told_of_discovery(tmp_path, "", {"discovery": False}) == []


def _told_of_discovery(folder: Path, rights: str, homeassistant: dict[str, Any], **mqtt: str) -> list[dict[str, Any]]:
    require_mosquitto()
    acl = "user ana\ntopic readwrite sms/#\n" + rights
    with Broker(folder / "broker", users={"ana": "right"}, acl=acl).start() as broker:
        account = {"host": broker.host, "port": broker.port, "username": "ana", "password": "right", **mqtt}
        config = config_for(folder, None, host="h.invalid", mqtt=account)
        config.write_text(yaml.safe_dump(yaml.safe_load(config.read_text()) | {"homeassistant": homeassistant}))
        ended = run("doctor", "--json", "-c", config)
    return [it for it in ended.objects if it["where"] == "broker" and "announced" in it["text"]]


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_what_the_running_daemon_is_denied_is_passed_on(tmp_path: Path, version: str) -> None:
    require_mosquitto()
    acl = "user ana\ntopic readwrite sms/#\ntopic readwrite homeassistant/#\n"
    account = {"username": "ana", "password": "right", "version": version, "compat": {"sms2mqtt": "old"}}
    with Bridge(tmp_path, users={"ana": "right"}, mqtt=account, acl=acl) as bridge:
        bridge.start()
        ended = bridge.wait_for(lambda: failed_of(bridge, "daemon"))
    assert "publish to old/connected" in ended[0]["text"]
    assert "mqtt.compat.sms2mqtt" in ended[0]["advice"]


def test_a_line_that_the_guard_holds_back_is_told(tmp_path: Path) -> None:
    require_mosquitto()
    with Bridge(tmp_path) as bridge:
        file = yaml.safe_load(bridge.config.read_text())
        bridge.config.write_text(yaml.safe_dump(file | {"guard": {"per_day": 0}}))
        bridge.start()
        told = bridge.wait_for(lambda: failed_of(bridge, "line mine"))
    assert [it["text"] for it in told] == ["nothing may be sent on line mine: per_day is 0"]


def failed_of(bridge: Bridge, where: str) -> list[dict[str, Any]]:
    ended = bridge.command("doctor", "--json")
    return [it for it in ended.objects if (it["where"], it["level"]) == (where, "FAIL")]


def _failures_of_the_broker(config: Path) -> list[dict[str, Any]]:
    return [
        it for it in run("doctor", "--json", "-c", config).objects if (it["where"], it["level"]) == ("broker", "FAIL")
    ]


def test_doctor_waits_for_the_daemon_s_session(tmp_path: Path, unit: Unit) -> None:  # noqa: F811
    config = config_for(tmp_path, unit())
    settings = load(config)
    held = dial(settings.gateways["hall"], settings.store.path)
    with Running("doctor", "-c", config) as doctor:
        try:
            doctor.says("waiting for the end of the daemon's session on hall")
        finally:
            held.close()
        doctor.says("the SIM is ready")
        assert doctor.process.wait(10) == 1  # the broker


def test_a_transcript_shows_the_gateway_and_hides_the_people(tmp_path: Path, unit: Unit) -> None:  # noqa: F811
    simulated = unit(shell={"password": "s3cret-pass", "username_echo": True}, modem={"pdu_mode": False})
    simulated.deliver(1, ANA, "rendez-vous at the door")
    output = tmp_path / "hall.txt"
    config = config_for(tmp_path, simulated, password="s3cret-pass")
    ended = call("capture", "-c", config, "--output", output)
    assert (ended.code, ended.out) == (0, "")
    transcript = output.read_text()
    for shown in (
        "user level = admin.",
        "module 1: free.",
        "got!!",
        "+CMGL: 1,",
        "AT+CMGF=0",
        "release module 1",
        "logout",
    ):
        assert shown in transcript
    hexed = "rendez".encode("utf-16-be").hex().upper()
    for hidden in ("s3cret", "voip", ANA[1:], "rendez", "door", hexed):
        assert hidden not in transcript


def test_a_transcript_is_kept_also_when_the_session_breaks_off(tmp_path: Path, unit: Unit) -> None:  # noqa: F811
    ended = call("capture", "hall", "-c", config_for(tmp_path, unit(), password="wrong"))
    assert ended.code == 1
    assert "<- bad username or password" in ended.out
    assert "the gateway refuses the user name or password" in ended.err


def test_a_transcript_that_cannot_be_written_is_told_before_the_session(tmp_path: Path, unit: Unit) -> None:  # noqa: F811
    simulated, nowhere = unit(), tmp_path / "none" / "hall.txt"
    ended = call("capture", "-c", config_for(tmp_path, simulated), "-o", nowhere)
    assert (ended.code, ended.err) == (1, f"smsmqtt: {nowhere}: No such file or directory\n")
    assert simulated.measures.connections == 0


def test_of_several_gateways_one_has_to_be_named(tmp_path: Path) -> None:
    config = config_for(tmp_path, None, host="127.0.0.1")
    both = yaml.safe_load(config.read_text())
    both["gateways"]["barn"] = {"host": "127.0.0.2", "lines": {"theirs": {"module": 1}}}
    config.write_text(yaml.safe_dump(both))
    ended = call("capture", "-c", config)
    assert ended.code == 64
    assert "name one of the gateways: barn, hall" in ended.err
