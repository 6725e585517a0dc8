"""One session at a gateway that only looks: log in, and for each line take the module, ask, give it back.

Nothing is sent, deleted or unlocked: a wrong PIN costs one of three tries, so even the configured one is left to the
daemon.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from smsmqtt.at import replies
from smsmqtt.at.channel import Command
from smsmqtt.at.dialogues import Dialogue, ask
from smsmqtt.at.module import Look, ModuleFacts, learn, look
from smsmqtt.at.replies import Registration, SimState
from smsmqtt.cli.checkup.finding import Finding, fail, ok, trouble, warn
from smsmqtt.clock import SystemClock
from smsmqtt.config import GatewaySettings, LineSettings
from smsmqtt.errors import GatewayError, ModuleBusy, ModuleReleased, NoAnswer, Occupied
from smsmqtt.gateways.base import Availability, Driver
from smsmqtt.gateways.family import driver_for
from smsmqtt.link.base import Link
from smsmqtt.link.dial import dial
from smsmqtt.link.runner import Runner

LONGER_THAN_A_HOLD_S = 15.0
LOOK_S = 0.2
WEAK_DBM = -103
NEARLY_FULL = 0.9


def dial_patiently(gateway: GatewaySettings, store_path: Path, tell: Callable[[str], None]) -> Link:
    """As ``dial``, waiting while the daemon, which holds a gateway only during its sessions, is connected."""

    def say_so(state: RetryCallState) -> None:
        if state.attempt_number == 1:
            tell(f"waiting for the end of the daemon's session on {gateway.name}")

    waiting = Retrying(
        retry=retry_if_exception_type(Occupied),
        stop=stop_after_delay(gateway.session.max_held_s + LONGER_THAN_A_HOLD_S),
        wait=wait_fixed(LOOK_S),
        before_sleep=say_so,
        reraise=True,
    )
    return waiting(dial, gateway, store_path)


def visit(gateway: GatewaySettings, open_link: Callable[[], Link]) -> Iterator[Finding]:
    """What there is to say of a gateway and its lines."""
    where, driver = f"gateway {gateway.name}", driver_for(gateway)
    place = gateway.device or f"{gateway.host}:{gateway.port}"
    try:
        runner = Runner(open_link(), SystemClock())
    except GatewayError as error:
        yield trouble(where, error)
        return
    try:
        runner.run(driver.login())
        yield ok(where, f"{place} lets us in" if gateway.driver == "portech" else f"{place} is connected")
        for line in gateway.lines.values():
            yield from _line(runner, driver, gateway, line)
        runner.run(driver.logout())
    except GatewayError as error:
        yield trouble(where, error)
    finally:
        runner.close()


def _line(runner: Runner, driver: Driver, gateway: GatewaySettings, line: LineSettings) -> Iterator[Finding]:
    where = f"line {line.name}"
    availability = runner.run(driver.availability(line.module))
    if availability in (Availability.BUSY, Availability.ABSENT):
        yield _not_to_be_had(where, line, availability)
        return
    if availability is Availability.UNTOLD and gateway.driver == "portech":
        yield warn(where, "this firmware does not say whether a module is free", "set session.check_busy: false")
    try:
        runner.run(driver.acquire(line.module))
    except ModuleBusy:
        yield _not_to_be_had(where, line, Availability.BUSY)
        return
    try:
        yield from _module(runner, gateway, line)
    except ModuleReleased as error:
        yield warn(where, "the gateway took the module away", trouble(where, error).advice)
        return
    except NoAnswer as error:
        yield trouble(where, error)
    runner.run(driver.release(line.module))


def _not_to_be_had(where: str, line: LineSettings, availability: Availability) -> Finding:
    if availability is Availability.ABSENT:
        advice = "check the SIM and the number under module: in the configuration"
        return fail(where, f"the gateway knows no module {line.module} with a SIM", advice)
    return warn(where, f"module {line.module} is in a call, or somebody has it", "try again later")


def _module(runner: Runner, gateway: GatewaySettings, line: LineSettings) -> Iterator[Finding]:
    where = f"line {line.name}"
    facts = runner.run(learn(gateway.at_mode))
    seen = runner.run(look(facts))
    yield _manner(where, facts)
    sim = _sim(where, line, seen)
    yield sim
    if sim.advice:
        return
    yield _registration(where, seen)
    yield _signal(where, seen)
    yield _service_centre(where, runner.run(_ask_service_centre(facts)))
    yield _storage(where, seen)


def _manner(where: str, facts: ModuleFacts) -> Finding:
    manner = ", ".join(
        (
            facts.model or "a module without a name",
            f"text mode ({facts.character_set})" if facts.text_mode else "PDU mode",
            "joins commands" if facts.joins else "one command at a time",
            f"+CNMI={facts.cnmi}" if facts.cnmi else "no +CNMI",
            "+CMMS" if facts.keeps_link else "no +CMMS",
        )
    )
    if facts.text_mode:
        return warn(where, manner, "it refuses PDU mode: long texts and some characters may not go; all else works")
    return ok(where, manner)


def _sim(where: str, line: LineSettings, seen: Look) -> Finding:
    if seen.sim_missing:
        return fail(where, f"no SIM ({seen.result.reason.text})", "put a SIM in, and reboot the gateway")
    if seen.sim is SimState.BLOCKED:
        return fail(where, "the SIM asks for its PUK or another code", "unlock it in a telephone")
    if seen.sim is SimState.PIN and line.pin:
        return warn(where, "the SIM asks for its PIN", "the daemon gives it the configured one, once")
    if seen.sim is SimState.PIN:
        return fail(where, "the SIM asks for its PIN", "give the line its pin:, or take the PIN off in a telephone")
    if seen.records is None:
        return fail(where, f"the texts can't be listed ({seen.result.reason.text})", "see smsmqtt capture; try again")
    return ok(where, "the SIM is ready")


def _registration(where: str, seen: Look) -> Finding:
    by = f" with {seen.operator}" if seen.operator else ""
    match seen.registration:
        case Registration.HOME:
            return ok(where, f"registered{by}")
        case Registration.ROAMING:
            return warn(where, f"roaming{by}", "texts may cost more; look at the antenna if it should be at home")
        case Registration.NONE:
            return fail(
                where, "not registered with a network", "check antenna, reception and whether the SIM is active"
            )
    return warn(where, "the module does not say whether it is registered", "send a text to find out")


def _signal(where: str, seen: Look) -> Finding:
    if seen.signal_dbm is None:
        return warn(where, "the module does not know the signal", "check the antenna")
    if seen.signal_dbm < WEAK_DBM:
        return warn(where, f"signal {seen.signal_dbm} dBm is weak", "move the antenna")
    return ok(where, f"signal {seen.signal_dbm} dBm")


def _ask_service_centre(facts: ModuleFacts) -> Dialogue[str | None]:
    number = replies.service_centre((yield from ask(Command(text="AT+CSCA?"))).lines)
    if number and facts.character_set == "UCS2":  # there even this is written in four digits for each character
        try:
            return bytes.fromhex(number).decode("utf-16-be")
        except ValueError:
            return number
    return number


def _service_centre(where: str, number: str | None) -> Finding:
    if number:
        return ok(where, f"service centre {number}")
    advice = "set the carrier's in a telephone; without it every text is refused (+CMS ERROR 330)"
    return fail(where, "the SIM has no service centre number", advice)


def _storage(where: str, seen: Look) -> Finding:
    if seen.sim_used is None or not seen.sim_capacity:
        return warn(where, "the module does not say how many texts it holds", "nothing to do")
    used = f"{seen.sim_used} of {seen.sim_capacity} places for texts are taken"
    if seen.sim_used >= seen.sim_capacity * NEARLY_FULL:
        return warn(where, used, "the running daemon takes texts off the SIM; while it is full none comes in")
    return ok(where, used)


def capture(gateway: GatewaySettings, link: Link) -> GatewayError | None:
    """The same session for its transcript; what ended it early, None when nothing did."""
    runner, driver = Runner(link, SystemClock()), driver_for(gateway)
    try:
        runner.run(driver.login())
        for line in gateway.lines.values():
            list(_line(runner, driver, gateway, line))
        runner.run(driver.logout())
    except GatewayError as error:
        return error
    finally:
        runner.close()
    return None
