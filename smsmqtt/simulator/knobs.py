"""Every knob of the simulated unit.

Each knob's description ends with what is known of real units: [FACT], [DEDUCED] from programs that work with them,
[INFERENCE], [UNKNOWN], or [SIM] for what belongs to the simulation alone. ``smsmqtt.simulator.manual`` prints them all.

A file names only what differs. ``modem:``, ``sim:``, ``toolkit:`` and ``ussd:`` at the top stand for every module; what
a module under ``modules:`` says of its own goes first. While the unit runs, ``turn`` makes a new tree with one knob
changed.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, model_validator

from smsmqtt.simulator.knob_group import Knobs
from smsmqtt.simulator.network_knobs import NetworkKnobs
from smsmqtt.simulator.toolkit_knobs import ToolkitKnobs
from smsmqtt.simulator.ussd_knobs import UssdKnobs

OF_A_MODULE = ("modem", "sim", "toolkit", "ussd")


class ShellKnobs(Knobs):
    """The login and the command prompt ``]``."""

    present: bool = True
    """False: no login and no shell; a connection is the first module itself, as behind ser2net. [SIM]"""
    username: str = "voip"
    """Who may log in. [FACT]"""
    password: str = "1234"
    """And with what. [FACT]"""
    username_prompt: str = "username: "
    """The first thing a unit says; no line end follows. [FACT]"""
    username_echo: bool = False
    """The name comes back as it is typed. [UNKNOWN]"""
    password_prompt: str = "password: "
    """Said after the name. [FACT]"""
    password_echo: Literal["none", "star", "each"] = "each"
    """`star`: one asterisk follows the prompt at once; `each`: one for each byte, also for the LF of a CR LF.
    [INFERENCE]"""
    banner: str = "user level = admin."
    """Line after a good login. [FACT]"""
    commands: str | None = None
    """Words after ` command: `; none: made from the modules, as `module1, module2, state1, state2, info.` [FACT]"""
    bad_login: str = "bad username or password"
    """Text for a wrong name or password. [FACT]"""
    after_bad_login: Literal["close", "ask"] = "ask"
    """What follows it. [UNKNOWN]"""
    echo: bool = True
    """Commands typed at `]` come back. [FACT]"""
    bad_command: str = "bad command!!!"
    """Answer to anything else; `bad command !!!` was seen too. [FACT]"""
    has_module: bool = True
    """False: firmware without module commands. [FACT]"""
    has_state: bool = True
    """False: `stateN` is a bad command. [UNKNOWN]"""
    bare_module: bool = True
    """`module` without a number is the first one. [FACT]"""
    state_free: str = " module {n}: free."
    """The only state text to rely on. [FACT]"""
    state_none: str = " module {n}: none."
    """No SIM, or no such module. [INFERENCE]"""
    state_call: str | None = " module {n}: busy."
    """State text during a call; none: silence. [UNKNOWN]"""
    acquired: str = "got!! press 'ctrl-x' to release module {n}."
    """Answer to `moduleN`. [FACT]"""
    getting: str = ""
    """A line before it. [UNKNOWN]"""
    busy: str | None = " module {n}: busy."
    """Answer to `moduleN` during a call; none: silence. [UNKNOWN]"""
    released: str = "release module {n} ..."
    """After Ctrl-X, and when the unit takes the module away. [FACT]"""
    info: str = " MV-372 simulated."
    """Answer to `info`. [UNKNOWN]"""
    goodbye: str = "exit..."
    """Answer to `logout`, then the unit closes. [FACT]"""
    latency_s: float = 0.0
    """Pause before each answer of login and shell. [SIM]"""
    idle_timeout_s: float | None = None
    """A connection without a byte from the client for so long is closed. [UNKNOWN]"""
    hold_timeout_s: float | None = None
    """A module held so long without a byte from the client is taken away. [UNKNOWN]"""
    hold_lingers_s: float | None = 0.0
    """How long a module stays held after a cut connection; none: until a reboot. [UNKNOWN]"""
    second_connection: Literal["refuse", "close", "silent", "accept", "take_over"] = "refuse"
    """What a second client meets: a text and the end, the end at once, nothing ever, a login, or a login that ends
    the first. [UNKNOWN]"""
    refusal: str = "sorry, another user is logged in."
    """What it reads when refused. [UNKNOWN]"""
    ctrl_x_at_prompt: Literal["intercepted", "passed"] = "intercepted"
    """Ctrl-X while the module waits for a body: the unit's, or one more byte of the body. [INFERENCE]"""
    reboot_s: float = 0.5
    """How long a reboot keeps the port closed. [SIM]"""


class WireKnobs(Knobs):
    """Bytes on the connection."""

    segment_bytes: int | None = Field(None, ge=1)
    """Send at most so many bytes at once; none: as they come. [SIM]"""
    segment_random: bool = False
    """Send 1 to `segment_bytes` bytes at once, by the seed. [SIM]"""
    segment_gap_s: float = 0.0
    """Pause after each segment. [SIM]"""
    noise: tuple[Literal["nul", "xon", "xoff"], ...] = ()
    """Control bytes strewn into what the client reads. [FACT]"""
    noise_every_bytes: int = Field(7, ge=1)
    """One of them after so many bytes. [SIM]"""
    iac_offers: bool = False
    """Open with WILL ECHO, WILL SUPPRESS-GO-AHEAD, DO TERMINAL-TYPE. [UNKNOWN]"""
    iac_doubled: bool = False
    """0xFF in data is sent twice. [UNKNOWN]"""
    swallowed: tuple[Literal["nul", "xon", "xoff"], ...] = ()
    """Control bytes from the client that never reach a module. [UNKNOWN]"""


class ModemKnobs(Knobs):
    """The GSM module and its AT dialect."""

    manufacturer: str = "SIMULATED"
    """Answer to +CGMI. [UNKNOWN]"""
    model: str = "MV-37X"
    """Answer to +CGMM. [UNKNOWN]"""
    revision: str = "R1"
    """Answer to +CGMR. [UNKNOWN]"""
    imei: str = "490154203237518"
    """Answer to +CGSN. [SIM]"""
    echo_at_acquire: bool = False
    """ATE in force after acquire. [FACT]"""
    verbose_at_acquire: bool = False
    """ATV in force after acquire. [FACT]"""
    cmee_at_acquire: Literal[0, 1, 2] = 0
    """+CMEE in force after acquire. [UNKNOWN]"""
    cmgf_at_acquire: Literal[0, 1] = 0
    """+CMGF in force after acquire; always 1 without PDU mode. [UNKNOWN]"""
    cscs_at_acquire: Literal["GSM", "IRA", "UCS2", "HEX"] = "GSM"
    """+CSCS in force after acquire. [UNKNOWN]"""
    cnmi_at_start: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)
    """+CNMI after power on. [UNKNOWN]"""
    settings: Literal["lost", "kept"] = "lost"
    """What E, V, CMEE, CMGF, CSCS, CSMP, CSDH and the like do between two holders. [DEDUCED]"""
    cnmi: Literal["lost", "kept"] = "kept"
    """The same for +CNMI. [UNKNOWN]"""
    numeric_end: Literal["crlf", "cr"] = "crlf"
    """What ends a numeric result. [FACT]"""
    echo_end: Literal["cr", "crlf"] = "cr"
    """How the echo of a CR looks. [UNKNOWN]"""
    records_apart: bool = True
    """With V1 an empty line stands before every record of a list, not only the first. [UNKNOWN]"""
    joining: bool = True
    """Commands may be joined with `;`. [FACT]"""
    line_limit: int | None = 556
    """A longer command line is an ERROR. [UNKNOWN]"""
    body_limit: int | None = None
    """A longer body is refused with +CMS ERROR. [UNKNOWN]"""
    latency_s: float = 0.0
    """Pause before each command line is carried out. [SIM]"""
    pause_needed_s: float = 0.0
    """What comes sooner than this behind a result code is lost; Siemens modules want 0.1. [FACT]"""
    cmee_supported: bool = True
    """False: +CMEE is accepted and changes nothing. [UNKNOWN]"""
    cms_follows_cmee: bool = False
    """True: CMEE=0 hides +CMS codes behind ERROR. [FACT]"""
    pdu_mode: bool = True
    """False: CMGF=0 is refused. [UNKNOWN]"""
    text_mode: bool = True
    """False: CMGF=1 is refused. [FACT]"""
    charsets: tuple[Literal["GSM", "IRA", "UCS2", "HEX"], ...] = ("GSM", "IRA", "UCS2", "HEX")
    """What +CSCS accepts. [FACT]"""
    csdh: bool = True
    """+CSDH is there. [UNKNOWN]"""
    text_header: bool = True
    """+CSMP accepts a first octet with the header bit. [FACT]"""
    header_in_lists: Literal["hex", "stripped"] = "hex"
    """How text mode lists a text with a header: all of it as hex, or the text behind it. [UNKNOWN]"""
    long_text: Literal["refused", "cut"] = "refused"
    """A text-mode body that does not fit one part. [UNKNOWN]"""
    alpha_field: Literal["empty", "quoted", "absent"] = "empty"
    """The name from the phone book in lists: nothing between two commas, `""`, or no field. [FACT]"""
    listing_marks_read: bool = True
    """+CMGL makes unread texts read. [FACT]"""
    prompt: str = "\r\n> "
    """Asks for a body. [FACT]"""
    prompt_each_line: bool = True
    """Text mode: another prompt after each CR of the body. [FACT]"""
    prompt_after_release: Literal["aborted", "kept"] = "aborted"
    """A body begun and not ended when the module is released: forgotten, or the next holder's first bytes go into it.
    [UNKNOWN]"""
    lf_after_prompt: Literal["ignored", "body"] = "ignored"
    """The LF of a CR LF behind +CMGS in text mode. [FACT]"""
    backspace: Literal["edits", "kept"] = "edits"
    """0x08 in a text-mode body. [FACT]"""
    esc: Literal["ok", "error", "nothing", "stuck"] = "ok"
    """Answer to ESC at the prompt; `stuck`: nothing, and no unsolicited line either until a command comes. [FACT]"""
    cmgs_answer: Literal["normal", "ok_first", "bare_ok"] = "normal"
    """Text on the air: `+CMGS: n` and OK, OK and later `+CMGS: n`, or OK alone. [FACT]"""
    cmgs_late_s: float = 0.05
    """How much later with `ok_first`. [SIM]"""
    failed_send: Literal["error", "ok"] = "error"
    """A failed text: its error, or OK without +CMGS as with ^SM20=1. [FACT]"""
    radio_s: float = 0.0
    """Seconds on the air for each part. [SIM]"""
    radio_jitter_s: float = 0.0
    """Up to so much more, by the seed. [SIM]"""
    radio_linked_s: float | None = None
    """The same for a part that follows another while +CMMS keeps the link; none: no difference. [SIM]"""
    reference_start: int = Field(0, ge=0, le=255)
    """The first message reference. [SIM]"""
    cmms: Literal["no", "test", "alone", "yes"] = "no"
    """+CMMS is there, or only +CMMS=? says so; `alone`: not joined with +CMGS. [UNKNOWN]"""
    cnmi_modes: tuple[int, ...] = (0, 1, 2)
    """First values that +CNMI accepts; some advertise 2 and refuse it. [FACT]"""
    cnmi_bfr: tuple[int, ...] = (0, 1)
    """Fifth values that +CNMI accepts; Gemalto wants 0. [FACT]"""
    stores: tuple[Literal["SM", "ME", "MT"], ...] = ("SM",)
    """What +CPMS accepts; `ME` is the module's own memory, the others are the SIM. [FACT]"""
    read_at_acquire: Literal["SM", "ME"] = "SM"
    """Store that is listed after acquire. [UNKNOWN]"""
    arrives_in: Literal["SM", "ME"] = "SM"
    """Store that texts and reports arrive in, until +CPMS says otherwise. [UNKNOWN]"""
    memory_capacity: int = Field(10, ge=1)
    """Places of `ME`. [SIM]"""
    delete_flags: bool = True
    """+CMGD takes a flag. [FACT]"""
    delete: Literal["works", "ok_only"] = "works"
    """`ok_only`: answers OK and deletes nothing. [FACT]"""
    delete_empty: Literal["ok", "error"] = "ok"
    """+CMGD of an empty index. [UNKNOWN]"""
    write_store: bool = True
    """+CMGW and +CMSS are there. [FACT]"""
    reports: Literal["by_cnmi", "stored", "never"] = "by_cnmi"
    """Delivery reports: as +CNMI says (2 stores, 1 is for the holder, 0 loses them), always stored, or dropped.
    [UNKNOWN]"""
    cds_form: Literal["plain", "comma"] = "plain"
    """`+CDS: 25`, or ZTE's `+CDS: ,25`. [FACT]"""
    cmti_when_full: bool = False
    """`+CMTI: "SM",-1` for a text that found no room. [FACT]"""
    creg_form: Literal["plain", "short", "quoted", "one_quote"] = "plain"
    """+CREG with n and stat, stat alone, with place in quotes, with one quote missing. [FACT]"""
    output_after_release: Literal["kept", "lost"] = "kept"
    """What the module says while nobody holds it waits for the next holder. [DEDUCED]"""
    stale_at_acquire: str = ""
    """Lines that every holder finds first. [DEDUCED]"""
    boot_lines: tuple[str, ...] = ()
    """Said by the module after a reboot, as `RDY` or `Call Ready`. [FACT]"""
    call_while_held: Literal["ring", "snatch", "ring_then_snatch", "refuse"] = "ring_then_snatch"
    """What a call does to a holder. [UNKNOWN]"""
    ring_every_s: float = 0.05
    """Between two RING lines. [SIM]"""
    rings: int = Field(2, ge=1)
    """So many before the module is taken away, or the caller gives up. [SIM]"""


class SimKnobs(Knobs):
    """The SIM and how the network sees it."""

    state: Literal["ready", "pin", "puk", "none"] = "ready"
    """What +CPIN? tells; `none`: no SIM fitted. [FACT]"""
    pin: str = "1234"
    """Unlocks a SIM in state `pin`; three wrong ones make it `puk`. [FACT]"""
    capacity: int = Field(30, ge=1)
    """Slots. [FACT]"""
    first_index: int = Field(1, ge=0)
    """Index of the first slot; lists with 0 were seen. [FACT]"""
    imsi: str = "748010000000001"
    """Answer to +CIMI. [SIM]"""
    iccid: str = "8959801000000000001"
    """Answer to +CCID. [SIM]"""
    service_centre: str = "+59899000000"
    """Answer to +CSCA?; empty: unset, and sending fails with 330. [FACT]"""
    registration: Literal[0, 1, 2, 3, 4, 5] = 1
    """+CREG status: 1 home, 5 roaming; with any other, sending fails with 331. [FACT]"""
    operator: str = "Antel"
    """Name in +COPS?. [SIM]"""
    signal: int = 20
    """First value of +CSQ; 99 unknown. [FACT]"""


class ModuleKnobs(Knobs):
    """One module of the unit."""

    number: str = "+59899000001"
    """The SIM's telephone number, as +CNUM tells. [SIM]"""
    modem: ModemKnobs = ModemKnobs()
    sim: SimKnobs = SimKnobs()
    toolkit: ToolkitKnobs = ToolkitKnobs()
    ussd: UssdKnobs = UssdKnobs()


class SimulatorConfig(Knobs):
    """The whole unit."""

    host: str = "127.0.0.1"
    """Where to listen. [SIM]"""
    port: int = Field(0, ge=0, le=65535)
    """0: any free port; units use 23, 8023, 8123, 8223. [FACT]"""
    seed: int = 1
    """For everything that is left to chance. [SIM]"""
    shell: ShellKnobs = ShellKnobs()
    wire: WireKnobs = WireKnobs()
    modules: dict[int, ModuleKnobs] = Field(
        {1: ModuleKnobs(number="+59899000001"), 2: ModuleKnobs(number="+59899000002")}
    )
    """One or two on one port. [FACT]"""
    network: NetworkKnobs = NetworkKnobs()

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, given: Any) -> Any:
        """``OF_A_MODULE`` at the top go into every module."""
        if not isinstance(given, dict):
            return given
        rest = {key: value for key, value in given.items() if key not in OF_A_MODULE}
        common = {key: given[key] for key in OF_A_MODULE if key in given}
        if common and "modules" not in rest:
            rest["modules"] = {number: {"number": f"+5989900000{number}"} for number in (1, 2)}
        if common:
            rest["modules"] = {number: _over(common, module) for number, module in rest["modules"].items()}
        return rest

    def turn(self, knob: str, value: Any) -> SimulatorConfig:
        """The same with one knob changed: ``shell.echo``, ``modules.2.sim.state``; ``modem.joining`` means every
        module's.

        A number's dots can't be mistaken: ``network.numbers.+59899123456.error``.
        """
        tree = self.model_dump()
        keys: list[str | int] = [*knob.split(".")]
        if keys[0] == "modules" and len(keys) > 1:
            keys[1] = int(keys[1])
        paths = [["modules", number, *keys] for number in tree["modules"]] if keys[0] in OF_A_MODULE else [keys]
        for *groups, last in paths:
            place: dict[Any, Any] = tree
            for key in groups:
                place = place.setdefault(key, {})
            place[last] = value
        return type(self).model_validate(tree)


def _over(common: Any, own: Any) -> Any:
    """Two trees, the second one winning."""
    if not isinstance(common, dict) or not isinstance(own, dict):
        return common if own is None else own
    return {key: _over(common.get(key), own.get(key)) for key in common.keys() | own.keys()}
