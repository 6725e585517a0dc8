"""The configuration: what a file means, and every fault with its place."""

from __future__ import annotations

import contextlib
import json
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from smsmqtt.config import (
    BalanceSettings,
    GatewaySettings,
    HttpSettings,
    LineSettings,
    SessionSettings,
    Settings,
    json_schema,
    load,
    parse_duration,
)
from smsmqtt.errors import ConfigError

SMALLEST = """
gateways:
  hall:
    host: 192.168.0.100
    lines:
      mine: {module: 1, number: "+59899000001"}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "smsmqtt.yaml"


def read(file: Path, text: str) -> Settings:
    file.write_text(text)
    return load(file)


def faults(file: Path, text: str | bytes) -> list[str]:
    """Every fault as ``line key: text``."""
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(ConfigError) as refused:
        load(file)
    assert {fault.file for fault in refused.value.faults} == {str(file)}
    return [f"{fault.line} {fault.key}: {fault.text}" for fault in refused.value.faults]


def fault(file: Path, text: str | bytes) -> str:
    found = faults(file, text)
    assert len(found) == 1, found
    return found[0]


# What a file means


def test_the_smallest_file_has_every_default(file: Path) -> None:
    settings = read(file, SMALLEST)
    assert (settings.mqtt.host, settings.mqtt.port, settings.mqtt.tls) == ("localhost", 1883, None)
    assert (settings.mqtt.client_id, settings.mqtt.version) == ("smsmqtt-sms", "auto")
    assert settings.store.path == file.parent / "smsmqtt.db"
    assert settings.store.keep_s == 90 * 86400
    assert settings.session.hold_budget == 0.1
    assert settings.messages.incomplete_after_s == 600
    assert settings.log.personal == "masked"
    gateway = settings.gateways["hall"]
    assert (gateway.name, gateway.driver, gateway.port) == ("hall", "portech", 23)
    assert (gateway.username, gateway.password, gateway.at_mode) == ("voip", "1234", "auto")
    assert gateway.lines["mine"] == LineSettings(name="mine", module=1, number="+59899000001")
    assert settings.path == file


def test_values_are_read_as_written_where_text_is_wanted(file: Path) -> None:
    settings = read(
        file,
        """
        mqtt: {username: NO, password: 0123, prefix: on, client_id: 1e3, version: 5}
        gateways:
          hall:
            host: gsm
            username: yes
            password: 1234
            lines:
              mine: {module: 1, number: +59899000001, pin: 0012}
        contacts: {me: 0059899000002}
        """,
    )
    mqtt, gateway = settings.mqtt, settings.gateways["hall"]
    assert (mqtt.username, mqtt.password, mqtt.prefix, mqtt.client_id) == ("NO", "0123", "on", "1e3")
    assert mqtt.version == "5"
    assert (gateway.username, gateway.password, gateway.lines["mine"].pin) == ("yes", "1234", "0012")
    assert gateway.lines["mine"].number == "+59899000001"
    assert settings.contacts == {"me": "+59899000002"}


@pytest.mark.parametrize(("written", "meant"), [("yes", True), ("On", True), ("false", False), ("NO", False)])
def test_flags_are_spelt_as_yaml_spells_them(file: Path, written: str, meant: bool) -> None:
    assert read(file, SMALLEST + f"messages: {{report: {written}}}").messages.report is meant


def test_an_empty_key_or_section_counts_as_absent(file: Path) -> None:
    text = SMALLEST + "mqtt: {port: , username: ~, prefix: null}\nsession:\nstore: {}\ncontacts:\nlog: {level: }\n"
    settings = read(file, text)
    assert (settings.mqtt.port, settings.mqtt.username, settings.mqtt.prefix) == (1883, None, "sms")
    assert settings.session == SessionSettings()
    assert settings.log.level == "info"


@pytest.mark.parametrize("tls", ["", " {}", "\n    verify: true"])
def test_the_presence_of_tls_switches_it_on(file: Path, tls: str) -> None:
    mqtt = read(file, SMALLEST + f"mqtt:\n  tls:{tls}\n").mqtt
    assert mqtt.tls is not None
    assert mqtt.tls.verify
    assert mqtt.port == 8883


@pytest.mark.parametrize("http", ["", " {}", "\n  listen: 127.0.0.1:8080", "\n  tokens:"])
def test_the_presence_of_http_switches_it_on(file: Path, http: str) -> None:
    assert read(file, SMALLEST).http is None
    assert read(file, SMALLEST + f"http:{http}\n").http == HttpSettings()


def test_a_port_that_is_given_stands_with_tls(file: Path) -> None:
    assert read(file, SMALLEST + "mqtt: {tls: {}, port: 1884}").mqtt.port == 1884


def test_the_client_id_follows_the_prefix(file: Path) -> None:
    assert read(file, SMALLEST + "mqtt: {prefix: home/sms}").mqtt.client_id == "smsmqtt-home/sms"


def test_credit_is_asked_for_only_when_somebody_asks_unless_said_otherwise(file: Path) -> None:
    assert read(file, SMALLEST).balance == BalanceSettings(
        every_s=None, low=None, min_interval_s=300, timeout_s=600, also_inbox=False
    )
    balance = read(file, SMALLEST + "balance: {every: 1d, low: 7.50, min_interval: 0, also_inbox: yes}").balance
    assert (balance.every_s, balance.low, balance.min_interval_s) == (86400, Decimal("7.50"), 0)
    assert balance.also_inbox


def test_a_line_may_have_a_carrier(file: Path) -> None:
    settings = read(file, "gateways: {hall: {host: a, lines: {x: {module: 1, carrier: antel-uy}, y: {module: 2}}}}")
    lines = settings.gateways["hall"].lines
    assert (lines["x"].carrier, lines["y"].carrier) == ("antel-uy", None)


def test_a_gateways_session_is_laid_over_the_global_one(file: Path) -> None:
    settings = read(
        file,
        """
        session: {every: 2m, min_gap: 7s}
        gateways:
          hall: {host: a, session: {every: 5s}, lines: {mine: {module: 1}}}
          attic: {host: b, lines: {yours: {module: 1}}}
        """,
    )
    hall, attic = settings.gateways["hall"].session, settings.gateways["attic"].session
    assert (hall.every_s, hall.min_gap_s, hall.max_held_s) == (5, 7, 45)
    assert (attic.every_s, attic.min_gap_s) == (120, 7)


def test_the_store_lies_in_the_state_directory_when_systemd_names_one(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/smsmqtt:/var/lib/other")
    assert read(file, SMALLEST).store.path == Path("/var/lib/smsmqtt/smsmqtt.db")
    assert read(file, SMALLEST + "store: {path: /srv/sms.db}").store.path == Path("/srv/sms.db")


def test_certificates_lie_beside_the_file_whatever_the_state_directory(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/smsmqtt")
    (file.parent / "ca.pem").touch()
    tls = read(file, SMALLEST + "mqtt: {tls: {ca_file: ca.pem}}").mqtt.tls
    assert tls
    assert tls.ca_file == file.parent / "ca.pem"


def test_a_relative_configuration_has_its_store_at_an_absolute_place(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(SMALLEST)
    monkeypatch.chdir(file.parent)
    assert load(Path(file.name)).store.path == file.parent / "smsmqtt.db"


def test_groups_hold_contacts_and_numbers_and_numbers_follow_the_region(file: Path) -> None:
    settings = read(
        file, SMALLEST + "messages: {region: UY}\ncontacts: {me: 099 000 002}\ngroups: {family: [me, 099000003]}\n"
    )
    assert settings.contacts == {"me": "+59899000002"}
    assert settings.groups == {"family": ("me", "+59899000003")}


def test_a_number_in_a_list_may_have_hyphens(file: Path) -> None:
    settings = read(
        file,
        SMALLEST + "messages: {region: UY}\ngroups: {family: [099-000-003]}\n"
        "guard: {allow: [099-000-003, 12-34], deny: [099-000-004]}\n",
    )
    assert settings.groups == {"family": ("+59899000003",)}
    assert settings.guard.allow == ("+59899000003", "1234")
    assert settings.guard.deny == ("+59899000004",)


def test_a_name_of_digits_and_hyphens_is_that_contact_or_group(file: Path) -> None:
    settings = read(
        file,
        SMALLEST + "contacts: {099-000-003: +59899000005}\ngroups: {1-2: [099-000-003]}\n"
        "guard: {deny: [099-000-003, 1-2]}\n",
    )
    assert settings.groups == {"1-2": ("099-000-003",)}
    assert settings.guard.deny == ("099-000-003", "1-2")


def test_a_prefix_may_begin_with_00_in_place_of_plus(file: Path) -> None:
    guard = read(file, SMALLEST + "guard: {allow: [00598*, 00 (598) 99*], deny: [00598*, 598*, '*']}\n").guard
    assert guard.allow == ("+598*", "+59899*")
    assert guard.deny == ("+598*", "598*", "*")


def test_a_modem_needs_no_module(file: Path) -> None:
    settings = read(file, "gateways: {stick: {driver: at, device: /dev/ttyUSB0, lines: {mine: }}}")
    assert settings.gateways["stick"].lines["mine"] == LineSettings(name="mine")


def test_settings_can_be_built_in_code_by_their_attributes() -> None:
    session = SessionSettings(every_s=5.0)
    gateway = GatewaySettings(name="hall", host="gsm", session=session, lines={"mine": LineSettings(name="mine")})
    assert Settings(gateways={"hall": gateway}).gateways["hall"].session.every_s == 5


def test_settings_never_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Settings().log = Settings().log  # type: ignore[misc]


def test_the_repr_holds_no_secret_and_no_number(file: Path) -> None:
    text = """
        mqtt: {username: u, password: hush-1}
        gateways: {hall: {host: a, password: hush-2, lines: {mine: {module: 1, number: +59899000001, pin: 4711}}}}
        contacts: {me: +59899000002}
        groups: {all-of-us: [+59899000003]}
    """
    shown = repr(read(file, text))
    assert not any(secret in shown for secret in ("hush", "4711", "5989900"))


# References


def test_env_file_and_secret_stand_for_any_scalar(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_PORT", "2323")
    monkeypatch.setenv("SMS_EVERY", "2m")
    (file.parent / "password").write_text("two lines\nin a file\n\n")
    (file.parent / "secrets.yaml").write_text("pin: 0042\nother: x\n")
    settings = read(
        file,
        """
        session: {every: !env SMS_EVERY}
        gateways:
          hall:
            host: a
            port: !env SMS_PORT
            password: !file password
            lines: {mine: {module: 1, pin: !secret pin}}
        """,
    )
    gateway = settings.gateways["hall"]
    assert gateway.port == 2323
    assert gateway.session.every_s == 120
    assert gateway.password == "two lines\nin a file\n"
    assert gateway.lines["mine"].pin == "0042"


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("http: {tokens: {a: !env SMS_NOT_SET}}", "http.tokens.a"),
        ("http: {restful_sms: {token: !env SMS_NOT_SET}}", "http.restful_sms.token"),
        ("contacts: {me: !env SMS_NOT_SET}", "contacts.me"),
    ],
)
def test_a_reference_that_leads_nowhere_is_one_fault(file: Path, text: str, key: str) -> None:
    assert faults(file, SMALLEST + text) == [f"7 {key}: the environment has no variable SMS_NOT_SET"]


def test_references_that_lead_nowhere_name_key_and_name(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SMS_NOT_SET", raising=False)
    found = faults(
        file,
        SMALLEST
        + "mqtt:\n  username: !env SMS_NOT_SET\n  password: !file absent\n  host: !secret broker\n  prefix: !vault x\n",
    )
    assert found[0] == "8 mqtt.username: the environment has no variable SMS_NOT_SET"
    assert found[1].startswith(f"9 mqtt.password: the file {file.parent}/absent can't be read")
    assert found[2].startswith("10 mqtt.host: !secret broker: ")
    assert found[3] == "11 mqtt.prefix: unknown tag !vault; expected !env, !file or !secret"


@pytest.mark.parametrize(
    "secrets",
    [
        *("other: x\n", "broker: [a]\n", "", "- broker\n", "[a]: b\n"),
        *("broker:\n", "broker: ~\n", "broker: ''\n", "broker: !env HOME\n", "broker: !secret broker\n"),
    ],
)
def test_a_secret_that_is_not_there_names_it(file: Path, secrets: str) -> None:
    (file.parent / "secrets.yaml").write_text(secrets)
    found = fault(file, SMALLEST + "mqtt: {host: !secret broker}")
    assert found == f"7 mqtt.host: {file.parent}/secrets.yaml has no text for broker"


def test_a_secret_that_stands_twice_is_refused(file: Path) -> None:
    (file.parent / "secrets.yaml").write_text("broker: a\nbroker: b\n")
    found = fault(file, SMALLEST + "mqtt: {host: !secret broker}")
    assert found == f"7 mqtt.host: {file.parent}/secrets.yaml has broker twice"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_line_end_of_a_file_is_no_part_of_the_value(file: Path, end: str) -> None:
    (file.parent / "password").write_bytes(f"hush{end}".encode())
    assert read(file, SMALLEST + "mqtt: {username: u, password: !file password}").mqtt.password == "hush"


@pytest.mark.parametrize("reference", [r'!file "a\0b"', r'!file "\ud800"', r'!env "\ud800"'])
def test_a_reference_to_what_no_name_can_be_is_one_clear_fault(file: Path, reference: str) -> None:
    found = fault(file, SMALLEST + f"mqtt: {{host: {reference}}}")
    assert found.startswith("7 mqtt.host: expected a name of printable characters after !")


def test_a_reference_takes_one_word_only(file: Path) -> None:
    assert fault(file, SMALLEST + "mqtt: !env {a: b}") == "7 mqtt: !env takes one word"


# Faults of the file as a whole


def test_a_file_that_is_not_there_is_one_clear_fault(file: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        load(file)
    assert str(refused.value) == f"{file}: can't be read: No such file or directory"


@pytest.mark.skipif(os.getuid() == 0, reason="root reads every file")
def test_a_file_without_permission_is_one_clear_fault(file: Path) -> None:
    file.write_text(SMALLEST)
    file.chmod(0)
    with pytest.raises(ConfigError, match="Permission denied"):
        load(file)


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Is a directory"):
        load(tmp_path)


BOMB = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
    b"%c: &%c [%b]\n" % (letter, letter, b",".join([b"*%c" % (letter - 1)] * 9)) for letter in range(ord("b"), ord("k"))
)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "None gateways: expected at least one gateway with a line"),
        (b"# nothing\n", "None gateways: expected at least one gateway with a line"),
        (b"{}", "None gateways: expected at least one gateway with a line"),
        (b"gateways:\n", "1 gateways: expected at least one gateway with a line"),
        (b"hello", "1 : expected a mapping of keys to values"),
        (b"\n- a\n", "2 : expected a mapping of keys to values"),
        (b"mqtt:\n  host: \xff\n", "2 : expected UTF-8 text"),
        (b"mqtt:\n  host: \x01\n", "2 : not YAML: a control character"),
        (b"a: 1\n---\nb: 2\n", "2 : not YAML: expected a single document in the stream but found another document"),
        (b"a: *b\n", "1 : not YAML: found undefined alias 'b'"),
        (b"[" * 5000, "None : not YAML that can be read: nested too deep"),
        (b"a: &a [*a]\n", "1 : nested too deep, or too much after following aliases"),
        (BOMB, "1 : nested too deep, or too much after following aliases"),
        (b"#" * (1 << 21), "None : expected a file of at most 1 MiB"),
    ],
)
def test_a_file_that_is_no_configuration_is_one_clear_fault(file: Path, content: bytes, expected: str) -> None:
    assert fault(file, content) == expected


@given(st.one_of(st.binary(max_size=200), st.text(alphabet="ab:{}[]&*!-? \n'\"|>%@`,#0", max_size=60)))
def test_any_octets_are_settings_or_a_configuration_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes | str
) -> None:
    file = tmp_path_factory.getbasetemp() / "any.yaml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ConfigError):
        load(file)


KEYS = sorted(
    {*json_schema()["properties"]}.union(*(section["properties"] for section in json_schema()["$defs"].values()))
)
ANY_VALUE = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-1, 99999), st.sampled_from(["5s", "10%", "at", "hall", "mine", ""])
    ),
    lambda below: st.one_of(
        st.lists(below, max_size=3), st.dictionaries(st.sampled_from([*KEYS, "hall", "mine", "No"]), below, max_size=6)
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(KEYS), ANY_VALUE, max_size=8))
def test_known_keys_in_any_places_are_settings_or_a_configuration_error(
    tmp_path_factory: pytest.TempPathFactory, content: dict[str, Any]
) -> None:
    file = tmp_path_factory.getbasetemp() / "known.yaml"
    file.write_text(yaml.safe_dump(content))
    with contextlib.suppress(ConfigError):
        load(file)


# Faults of keys and values


def test_all_faults_are_told_at_once_in_the_order_of_the_lines(file: Path) -> None:
    found = faults(
        file,
        """mqtt:
  prot: 1883
  port: many
gateways:
  hall:
    host: 192.168.0.100
    lines:
      mine: {module: 1}
      yours: {module: 1}
session: {every: soon}
session: {every: 1m}
groups: {family: [you]}
""",
    )
    assert found == [
        "2 mqtt.prot: unknown key; did you mean port?",
        "3 mqtt.port: expected a whole number",
        "9 gateways.hall.lines.yours.module: expected a module that line mine does not have already",
        "10 session.every: expected a duration such as 100ms, 30s, 5m, 2h or 1d",
        "11 session: the key is here twice, first in line 10",
        "12 groups.family.0: expected a contact or a number: there is no contact you",
    ]


def test_a_fault_prints_as_file_line_key_and_expectation(file: Path) -> None:
    file.write_text(SMALLEST + "log: {level: loud}")
    with pytest.raises(ConfigError) as refused:
        load(file)
    assert str(refused.value) == f"{file}:7: log.level: expected 'debug', 'info', 'warning' or 'error'"


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        ("carrier: x", "7 carrier: unknown key; expected one of mqtt, store, gateways, session, messages, guard,"),
        ("guard: {per_hour: lots}", "7 guard.per_hour: expected a whole number"),
        ("guard: {allow: [+59899*, me, 112]}", "7 guard.allow.1: expected a contact, a group or a number: nobody"),
        ("guard: {deny: [x y]}", "7 guard.deny.0: expected a phone number"),
        (
            "guard: {allow: ['*598']}",
            "7 guard.allow.0: expected a prefix such as +598*: it begins with + and the country code, and",
        ),
        (
            "guard: {deny: [+598**]}",
            "7 guard.deny.0: expected a prefix such as +598*: it begins with + and the country code, and",
        ),
        ("guard: {allow: [09*]}", "7 guard.allow.0: expected a prefix such as +598*"),
        ("guard: {deny: [09*]}", "7 guard.deny.0: expected a prefix such as +598*"),
        ("guard: {deny: [+09*]}", "7 guard.deny.0: expected a prefix such as +598*"),
        ("guard: {deny: [00*]}", "7 guard.deny.0: expected a prefix such as +598*"),
        ("homeassistant: {prefix: sms/ha}", "7 homeassistant.prefix: expected another prefix than mqtt.prefix"),
        ("webhooks: {}", "7 webhooks: unknown key"),
        ("http: {listen: 8080}", "7 http.listen: expected address and port, such as 127.0.0.1:8080"),
        ("http: {tokens: {a: x, b: x}}", "7 http.tokens.b: expected a token that a does not have already"),
        ("http: {tokens: {a: x}, trusted_proxies: [nginx]}", "7 http.trusted_proxies.0: expected an address or a"),
        (
            "http: {webhooks: [{url: ftp://a, secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}]}",
            "7 http.webhooks.0.url: expected an address such as https:",
        ),
        ("http: {webhooks: [{secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}]}", "7 http.webhooks.0.url: is missing"),
        (
            "http: {webhooks: [{url: http://a, secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz},"
            " {url: http://a, secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz}]}",
            "7 http.webhooks.1.url: expected an address that webhooks.0 does not have already",
        ),
        (
            "http: {webhooks: [{url: http://a, secret: whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIz, events: [other]}]}",
            "7 http.webhooks.0.events.0: expected 'inbox', 'status' or 'balance'",
        ),
        ("http: {tokens: {a: x}, restful_sms: }", "7 http.restful_sms.token: is missing"),
        (
            "http: {twilio: {auth_token: x, forward_to: nobody}}",
            "7 http.twilio.forward_to: expected a contact, a group",
        ),
        ("name: x", "7 name: unknown key"),
        ("places: {}", "7 places: unknown key"),
        ("<<: {}", "7 <<: unknown key"),
        ("mqtt: {compat: {other: x}}", "7 mqtt.compat.other: unknown key; expected one of sms2mqtt"),
        ("mqtt: {compat: {sms2mqtt: sms}}", "7 mqtt.compat.sms2mqtt: expected another prefix than mqtt.prefix"),
        ("session: {every_s: 5}", "7 session.every_s: unknown key; did you mean every?"),
        ("mqtt: {tls: {cafile: x}}", "7 mqtt.tls.cafile: unknown key; did you mean ca_file?"),
        ("[a]: b", "7 : expected a plain name as key"),
        ("!env HOME: b", "7 : expected a plain name as key"),
        ("mqtt: 5", "7 mqtt: expected a mapping of keys to values"),
        ("mqtt: {tls: true}", "7 mqtt.tls: expected a mapping of keys to values"),
        ("mqtt: {host: [a]}", "7 mqtt.host: expected text"),
        ("mqtt: {host: ''}", "7 mqtt.host: expected text that is not empty"),
        ("mqtt: {port: 0}", "7 mqtt.port: expected at least 1"),
        ("mqtt: {port: 65536}", "7 mqtt.port: expected at most 65535"),
        ("mqtt: {port: 1_883}", "7 mqtt.port: expected a whole number"),
        ("mqtt: {port: 1883.0}", "7 mqtt.port: expected a whole number"),
        ("mqtt: {version: 4}", "7 mqtt.version: expected 'auto', '5' or '3.1.1'"),
        ("mqtt: {host: mqtt://broker}", "7 mqtt.host: expected a name or address alone, without scheme or path"),
        ("mqtt: {host: 'broker:1883'}", "7 mqtt.host: expected a name or address alone; port is a key of its own"),
        ("mqtt: {host: a b}", "7 mqtt.host: expected a name or address without blanks"),
        ("mqtt: {password: x}", "7 mqtt.password: expected username too"),
        ("mqtt: {tls: {key_file: smsmqtt.yaml}}", "7 mqtt.tls.key_file: expected cert_file too"),
        ("mqtt: {tls: {ca_file: x}}", "7 mqtt.tls.ca_file: expected a file that can be read: "),
        (r'mqtt: {tls: {ca_file: "a\0b"}}', "7 mqtt.tls.ca_file: expected a file that can be read: "),
        ("mqtt: {tls: {cert_file: .}}", "7 mqtt.tls.cert_file: expected a file that can be read: "),
        ("mqtt: {tls: {cert_file: smsmqtt.yaml, key_file: /x}}", "7 mqtt.tls.key_file: expected a file that can be"),
        ("messages: {report: 1}", "7 messages.report: expected true or false"),
        ("messages: 5", "7 messages: expected a mapping of keys to values"),
        ("messages: {report: {}}", "7 messages.report: expected true or false"),
        ("messages: {max_parts: 0}", "7 messages.max_parts: expected at least 1"),
        ("messages: {region: uy}", "7 messages.region: expected a country as two capital letters, such as UY"),
        ("session: {every: 0}", "7 session.every: expected a duration longer than 0"),
        ("session: {every: -5s}", "7 session.every: expected a duration such as"),
        ("session: {every: {}}", "7 session.every: expected a duration such as"),
        ("store: {keep: 99999999d}", "7 store.keep: expected a duration of at most 36500d"),
        ("session: {hold_budget: 101%}", "7 session.hold_budget: expected a percentage from 0% to 100%"),
        ("session: {hold_budget: 0.1}", "7 session.hold_budget: expected a percentage from 0% to 100%"),
        ("session: {every_min: 1h}", "7 session.every_min: expected at most every_max"),
        ("balance: {every: 0}", "7 balance.every: expected a duration longer than 0"),
        ("balance: {timeout: 0}", "7 balance.timeout: expected a duration longer than 0"),
        ("balance: {low: -5}", "7 balance.low: expected an amount of money such as 50 or 7.50"),
        ("balance: {low: 5 EUR}", "7 balance.low: expected an amount of money"),
        ("balance: {low: {}}", "7 balance.low: expected an amount of money"),
        ("balance: {low: 1e3}", "7 balance.low: expected an amount of money"),
        ("balance: {also_inbox: 1}", "7 balance.also_inbox: expected true or false"),
        ("contacts: [me]", "7 contacts: expected a mapping of names to values"),
        ("contacts: {me: 1990}", "7 contacts.me: not a valid international number"),
        ("contacts: {me: }", "7 contacts.me: expected text"),
        ("groups: {family: me}", "7 groups.family: expected a list"),
        ("groups: {family: []}", "7 groups.family: expected at least one member"),
        ("groups: {family: ['12']}", "7 groups.family.0: not a valid international number"),
        ("contacts: {Me: +59899000002}", "7 contacts.Me: expected a name of a-z 0-9 _ -, not digits only"),
        ("contacts: {12: +59899000002}", "7 contacts.12: expected a name of a-z 0-9 _ -, not digits only"),
        ("contacts: {all: +59899000002}", "7 contacts.all: the name is reserved"),
        ("groups: {status: [+59899000002]}", "7 groups.status: the name is reserved"),
        ("contacts: {hall: +59899000002}", "7 contacts.hall: expected a name of its own: gateways.hall is there"),
        ("groups: {mine: [+59899000002]}", "5 gateways.hall.lines.mine: expected a name of its own: groups.mine is"),
    ],
)
def test_a_wrong_key_or_value_is_told_with_line_key_and_expectation(file: Path, section: str, expected: str) -> None:
    found = fault(file, SMALLEST.lstrip("\n") + "#\n" + section)
    assert found.startswith(expected)


@pytest.mark.parametrize("prefix", ["sms/", "/sms", "a//b", "a/+/b", "sms#", "$SYS", "$share/x"])
def test_a_prefix_is_topic_levels_without_wildcards(file: Path, prefix: str) -> None:
    found = fault(file, SMALLEST + f"mqtt: {{prefix: '{prefix}'}}")
    assert found.startswith("7 mqtt.prefix: expected topic levels such as sms or home/sms")


def test_a_key_that_is_here_twice_names_both_lines(file: Path) -> None:
    found = fault(file, SMALLEST + "mqtt:\n  port: 1883\n  port: 1884\n")
    assert found == "9 mqtt.port: the key is here twice, first in line 8"


def test_a_fault_of_the_global_session_is_not_told_again_for_each_gateway(file: Path) -> None:
    assert fault(file, SMALLEST + "session: {every: soon}").startswith("7 session.every: ")
    assert fault(file, SMALLEST + "session: {evry: 5s}").startswith("7 session.evry: ")


def gateway(keys: str) -> str:
    return f"gateways:\n  hall:\n    {keys}\n"


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ("lines: {mine: {module: 1}}", "2 gateways.hall.host: expected the gateway's name or address"),
        ("{host: a}", "2 gateways.hall.lines: expected at least one line"),
        ("{host: a, lines: {mine: }}", "3 gateways.hall.lines.mine.module: expected the module's number, such as 1"),
        ("{host: a, lines: {mine: {module: 0}}}", "3 gateways.hall.lines.mine.module: expected at least 1"),
        ("{host: a, device: b, lines: {mine: {module: 1}}}", "3 gateways.hall.device: expected no device"),
        ("{host: 'tcp://a', lines: {mine: {module: 1}}}", "3 gateways.hall.host: expected a name or address alone"),
        ("{host: a, session: 5, lines: {mine: {module: 1}}}", "3 gateways.hall.session: expected a mapping"),
        ("{host: a, session: {evry: 1}, lines: {mine: {module: 1}}}", "3 gateways.hall.session.evry: unknown key"),
        ("{host: a, lines: {mine: {module: 1, carrier: [x]}}}", "3 gateways.hall.lines.mine.carrier: expected text"),
        (
            "{host: a, lines: {mine: {module: 1, carrier: ''}}}",
            "3 gateways.hall.lines.mine.carrier: expected text that",
        ),
        ("{host: a, lines: {mine: {module: 1, number: 099}}}", "3 gateways.hall.lines.mine.number: not a valid"),
        ("{host: a, lines: {mine: {module: 1, pin: 12}}}", "3 gateways.hall.lines.mine.pin: expected 4 to 8 digits"),
        ("{host: a, lines: [mine]}", "3 gateways.hall.lines: expected a mapping of names to values"),
        ("{driver: gsm, host: a, lines: {mine: {module: 1}}}", "3 gateways.hall.driver: expected 'portech' or 'at'"),
        ("{driver: at, lines: {mine: }}", "2 gateways.hall: expected host or device"),
        ("{driver: at, host: a, device: b, lines: {mine: }}", "3 gateways.hall.device: expected either host or device"),
        ("{driver: at, host: a, lines: {mine: {module: 1}}}", "3 gateways.hall.lines.mine.module: expected no module"),
        ("{driver: at, host: a, lines: {mine: , yours: }}", "3 gateways.hall.lines.yours: expected one line"),
    ],
)
def test_a_gateway_that_cannot_work_is_told(file: Path, keys: str, expected: str) -> None:
    found = fault(file, gateway(keys))
    assert found.startswith(expected)


def test_two_gateways_with_one_endpoint_are_refused(file: Path) -> None:
    found = fault(
        file,
        "gateways:\n  hall: {host: GSM, lines: {mine: {module: 1}}}\n  attic: {host: gsm, lines: {x: {module: 2}}}\n",
    )
    assert found == "3 gateways.attic.host: expected an endpoint that gateway hall does not have already"


def test_a_unit_with_several_telnet_ports_is_several_gateways(file: Path) -> None:
    text = "gateways:\n  a: {host: gsm, lines: {x: {module: 1}}}\n  b: {host: gsm, port: 24, lines: {y: {module: 1}}}\n"
    assert set(read(file, text).gateways) == {"a", "b"}


def test_a_line_of_one_gateway_is_not_a_line_of_another(file: Path) -> None:
    text = "gateways:\n  a: {host: g, lines: {x: {module: 1}}}\n  b: {host: h, lines: {x: {module: 1}}}\n"
    assert fault(file, text).startswith("3 gateways.b.lines.x: expected a name of its own")


def test_two_lines_with_one_number_are_refused(file: Path) -> None:
    lines = "{x: {module: 1, number: +59899000001}, y: {module: 2, number: 0059899000001}}"
    assert fault(file, f"gateways: {{a: {{host: g, lines: {lines}}}}}").startswith("1 gateways.a.lines.y.number: ")


def test_an_upper_room_adds_faults_at_the_place_of_a_key(file: Path) -> None:
    settings = read(file, SMALLEST + "groups: {family: [+59899000002,\n  +59899000003]}\n")
    assert settings.fault("gateways.hall.lines.mine.number", "odd").line == 6
    assert settings.fault("groups.family.1", "odd").line == 8
    assert settings.fault("gateways.hall.port", "odd").line == 3
    assert settings.fault("log.level", "odd").line is None
    assert str(settings.fault("gateways.hall.host", "odd")) == f"{file}:4: gateways.hall.host: odd"


# Durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("100ms", 0.1),
        ("30s", 30),
        ("5m", 300),
        ("2h", 7200),
        ("1d", 86400),
        ("1.5h", 5400),
        ("45", 45),
        (45, 45),
        (0, 0),
    ],
)
def test_a_duration_is_a_number_with_a_unit(text: Any, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize("text", ["", "s", "5x", "-5s", "1h30m", "1:30", "5 M", "٥s", "nan", "inf", "1e3", -1, True])
def test_anything_else_is_no_duration(text: Any) -> None:
    with pytest.raises(ValueError, match="expected a duration such as"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["9" * 400 + "d", "36501d"])
def test_a_duration_has_an_end(text: str) -> None:
    with pytest.raises(ValueError, match="at most 36500d"):
        parse_duration(text)


# The schema


def test_the_schema_is_that_of_the_file_as_users_write_it() -> None:
    schema = json_schema()
    session = schema["$defs"]["SessionSettings"]["properties"]
    assert session["every"]["default"] == "60s"
    assert session["every"]["anyOf"][0]["type"] == ["string", "number"]
    assert session["hold_budget"]["default"] == "10%"
    assert schema["$defs"]["LineSettings"]["additionalProperties"] is False
    assert set(schema["$defs"]["LineSettings"]["properties"]) == {"module", "number", "carrier", "pin", "guard"}
    assert schema["properties"]["gateways"]["anyOf"][0]["additionalProperties"] is False
    assert {"type": "null"} in schema["$defs"]["MqttSettings"]["properties"]["port"]["anyOf"]
    json.dumps(schema)


def test_every_key_of_the_schema_is_explained() -> None:
    schema = json_schema()
    for name, section in schema["$defs"].items():
        for key, value in section["properties"].items():
            assert value.get("description"), f"{name}.{key}"
