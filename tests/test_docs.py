"""The documents say what is there: every key is shown and explained, every name stands where readers look for it.

Each test starts from the code, so that what is added there and not written down fails here; and what the documents
show (examples, links, names of files) is held to what is there.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import click
import pytest
import yaml
from support.credit_page import refreshed
from support.pages import DOCUMENTS, ROOT, anchors, blocks, first_cells, named, page, rows, section
from test_architecture import STOREYS

from smsmqtt import errors
from smsmqtt.carriers import shelf, stk_user, ussd
from smsmqtt.carriers.profile import (
    AnswerPattern,
    Profile,
    Reading,
    SmsAsking,
    ToolkitAsking,
    UssdAsking,
    parse,
)
from smsmqtt.cli import commands
from smsmqtt.config import HttpSettings, Settings, json_schema, load
from smsmqtt.intake.directory import Directory
from smsmqtt.model import (
    Alphabet,
    BalanceState,
    InboundText,
    Message,
    MessageState,
    Part,
    PartState,
    Reason,
    TimelineEntry,
)
from smsmqtt.mqtt.compat import RECEIVED, SENT
from smsmqtt.mqtt.discovery import devices
from smsmqtt.mqtt.topics import Topics
from smsmqtt.payloads import answers, news, orders, requests, state
from smsmqtt.payloads.balances import balance
from smsmqtt.payloads.orders import parse_order
from smsmqtt.session.hold import WHY
from smsmqtt.simulator import manual

EXAMPLE = ROOT / "config.example.yaml"
COMMENTED_KEY = re.compile(r"^( *)# ( *(?:- )?[\w-]+:)", re.MULTILINE)
SELF_EXPLAINED = {"mqtt", "store", "gateways", "messages", "log", "lines", "port", "password", "every_max"}


def complete_example() -> str:
    """The example with the keys that are commented out as well."""
    return COMMENTED_KEY.sub(r"\1\2", EXAMPLE.read_text())


def written_keys(section: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for key, value in section.items():
        yield (*above, key)
        if isinstance(value, dict):
            yield from written_keys(value, (*above, key))


def schema_keys() -> Iterator[tuple[str, ...]]:
    """Every key of the file, with the example's names for gateways and lines."""
    schema = json_schema()
    names = {"gateways": "hall", "lines": "mine"}
    above_all = {"session": 2, "guard": 4}  # a gateway's own session, a line's own guard: the keys of the global ones

    def below(section: dict[str, Any], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        for key, value in section.get("properties", {}).items():
            yield (*above, key)
            if len(above) == above_all.get(key):
                continue
            inner = next(kind for kind in value["anyOf"] if kind != {"type": "null"})
            inner, path = inner.get("items", inner), (*above, key)
            if key in names:
                inner, path = next(iter(inner["patternProperties"].values())), (*path, names[key])
            if "$ref" in inner:
                yield from below(schema["$defs"][inner["$ref"].rpartition("/")[2]], path)

    yield from below(schema, ())


def test_the_example_shows_every_key_and_no_other() -> None:
    example = yaml.safe_load(complete_example())
    (example["http"]["webhooks"],) = example["http"]["webhooks"]
    shown = set(written_keys(example))
    named = {("gateways", "hall"), ("gateways", "hall", "lines", "mine"), ("http", "tokens", "node-red")}
    assert shown == set(schema_keys()) | named


def test_the_example_has_the_real_defaults(tmp_path: Path) -> None:
    bare = tmp_path / EXAMPLE.name
    bare.write_text(
        "gateways: {hall: {host: 192.168.0.100, lines: {mine: {module: 1, number: +59899000001}}}}",
    )
    as_written = {"path", "places", "store"}
    assert load(EXAMPLE).model_dump(exclude=as_written) == load(bare).model_dump(exclude=as_written)
    assert load(EXAMPLE).store.path == EXAMPLE.parent / load(bare).store.path.name
    assert load(EXAMPLE).store.keep_s == Settings().store.keep_s


def test_the_example_loads_with_its_commented_keys_too(tmp_path: Path) -> None:
    file = tmp_path / EXAMPLE.name
    file.write_text(complete_example())
    mqtt = load(file).mqtt
    assert mqtt.tls is not None
    assert mqtt.tls.verify


def test_every_key_of_the_example_is_explained() -> None:
    for line in complete_example().splitlines():
        key = re.match(r" *([\w-]+):", line)
        assert not key or key[1] in SELF_EXPLAINED or " # " in line, f"{line} is not explained"


# MQTT.md: topics, fields, verbs, reasons

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
WHY_IT_WAITS = Reason(code="paused", text="")
TROUBLE = state.Trouble(code="occupied", text="", hint="", since=NOW)
MESSAGE = Message(
    id="a",
    order_id="a",
    recipient="+59899000011",
    body="hello",
    line="mine",
    created_at=NOW,
    reason=WHY_IT_WAITS,
    parts=(Part(seq=1, text="hello"),),
)
TEXT = InboundText(
    id="a",
    line="mine",
    sender="+59899000011",
    sender_type="number",
    encoding=Alphabet.DATA,
    body="",
    data_hex="00",
    received_at=NOW,
    unreadable=Reason(code="bad_pdu", text=""),
)


def as_filters(topics: Iterable[str]) -> set[str]:
    return {re.sub(r"<\w+>", "+", topic) for topic in topics}


def test_every_topic_is_documented_and_no_other() -> None:
    topics = Topics("sms")
    by_name = {"gateway", "line", "balance", "of_announcement", "classify", "refuses_reply_to"}
    by_name |= {"discovery", "allowed_with", "is_compat", "serves"}
    public = {name: member for name, member in vars(Topics).items() if not name.startswith("_")}
    properties = {name for name, member in public.items() if isinstance(member, property)}
    assert public.keys() - properties - {"prefix", "discovery_prefix", "compat"} == by_name, "name the new topic below"

    single = {topics.bridge_state, topics.bridge_info, topics.bridge_health}
    single |= {topics.gateway("+"), topics.line("+"), topics.balance("+"), topics.discovery("+")}
    announced = {topics.of_announcement(kind) for kind in ("status", "inbox", "call", "response/+")}

    assert as_filters(first_cells(section("docs/MQTT.md", "Topics"))) == {*topics.filters, *single, *announced}


def test_every_entity_is_documented_by_its_name() -> None:
    told = {
        (name, rest.partition(" | ")[0])
        for names, rest in rows(section("docs/HOME-ASSISTANT.md", "Entities"))
        for name in names
    }
    settings = load(EXAMPLE)
    found = devices(settings, Directory.from_settings(settings), dict.fromkeys(settings.gateways["hall"].lines, "UYU"))
    entities = [entity for device in found for entity in device.components.values()]
    assert entities
    for entity in entities:
        assert entity["platform"] == "notify" or (entity["name"], entity["platform"].replace("_", " ")) in told


def test_every_topic_of_another_bridge_is_documented() -> None:
    topics = Topics("sms", compat="sms2mqtt")
    own = {topics.compat_connected, *(topics.of_announcement(kind) for kind in (SENT, RECEIVED))}
    told = set(topics.filters) - set(Topics("sms").filters) | own
    assert first_cells(section("docs/MQTT.md", "Coming from sms2mqtt")) == told


def keys_of(payload: dict[str, Any]) -> set[str]:
    return {key for path in written_keys(payload) for key in path}


def facts() -> Directory:
    return Directory(contacts={}, groups={}, lines={}, gateways=(), region=None)


PAYLOADS: dict[str, tuple[dict[str, Any], set[str]]] = {
    "Orders": (dict.fromkeys((*orders.TO, *orders.BODY, *orders.OPTIONS)), set()),
    "Status": (
        news.status(MESSAGE, at=NOW) | {"reason": news.rejected(code="", text="", field="", at=NOW)["reason"]},
        {"total", "sent", "delivered"},
    ),
    "Inbox": (news.inbox(TEXT, directory=facts(), now=NOW), set()),
    "Credit": (
        dict.fromkeys(("line", "id"))
        | balance(line="mine", number=None, request=None, reply=None, low=False, expiring=False),
        set(),
    ),
    "Gateways": (
        state.gateway(
            state="idle",
            last_session=state.LastSession(at=NOW, held_s=1, sent=0, received=0, turns=1),
            held_s_hour=1,
            next_session_at=None,
            error=TROUBLE,
        ),
        set(),
    ),
    "Lines": (
        state.line(
            state="ready",
            sending=True,
            sending_reason=None,
            number=None,
            gateway="hall",
            sim=state.Sim(),
            totals=state.Totals(),
            at=NOW,
        ),
        set(),
    ),
    "The bridge": (
        state.bridge_info(version="", store_id="", started_at="", client_id="", lines_of={}, credit_lines=(), every_s=1)
        | state.bridge_health(
            healthy=True,
            at=NOW,
            uptime_s=1,
            counters=dict.fromkeys(("received", "published", "connects", "pending"), 0),
            lines={},
            errors=[],
        ),
        set(),
    ),
    "Requests": (
        {"timeline": {}}
        | answers.ok({"gateway": 0, "until": 0, "cancelled": 0, "texts": 0, "line": 0, "enabled": 0}, 7)
        | dict.fromkeys(("resent", "refused", "code", "text", "retry_at", "reset"))
        | answers.messages(
            "a",
            [answers.Told(message=MESSAGE, timeline=(TimelineEntry(at=NOW, state="queued", part=None),))] * 2,
            at=NOW,
        ),
        {"id", "order_id", "status", "data"},
    ),
}
"""What each section describes, and the fields that its example shows well enough."""


@pytest.mark.parametrize("title", PAYLOADS)
def test_every_field_of_a_payload_is_documented(title: str) -> None:
    payload, shown = PAYLOADS[title]
    missing = keys_of(payload) - named(section("docs/MQTT.md", title)) - shown
    assert not missing


def test_every_state_is_documented() -> None:
    assert {it.value for it in MessageState} <= first_cells(section("docs/MQTT.md", "Status"))
    assert set(state.GatewayState.__args__) <= named(section("docs/MQTT.md", "Gateways"))
    assert set(state.LineState.__args__) <= named(section("docs/MQTT.md", "Lines"))


def test_every_field_and_state_of_a_message_that_is_asked_for_is_documented() -> None:
    entry = TimelineEntry(at=NOW, state="claimed", part=1)
    fields = answers.message(answers.Told(message=MESSAGE, timeline=(entry,)), at=NOW)
    told = named(section("docs/MQTT.md", "A message and its timeline"))
    assert fields.keys() | fields["timeline"][0].keys() | {it.value for it in PartState} <= told


def test_every_state_of_a_question_for_credit_is_documented() -> None:
    ended = set(BalanceState) - {BalanceState.WAITING, BalanceState.ASKED}
    assert {it.value for it in ended} <= named(section("docs/MQTT.md", "Credit"))


def test_every_verb_is_documented_with_its_fields() -> None:
    told = {next(iter(names)): named(rest) for names, rest in rows(section("docs/MQTT.md", "Requests"))}
    assert told.keys() == requests._VERBS.keys()
    for verb, (fields, _) in requests._VERBS.items():
        assert set(fields) <= {name.partition(":")[0] for name in told[verb]}, verb


PUBLISHED = ("carriers", "intake", "mqtt", "payloads", "session", "store")
"""The rooms whose reasons users read on the status, inbox and balance topics."""


def calls_in_the_code(*functions: str) -> Iterator[ast.Call]:
    files = (file for room in PUBLISHED for file in sorted((ROOT / "smsmqtt" / room).rglob("*.py")))
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in functions:
                yield node


def codes_in_the_code() -> Iterator[str]:
    """Every code that stands in the code: of reasons, of refusals, of payload errors."""
    for call in calls_in_the_code("Reason", "Refusal", "Recipient", "Objection", "Limit"):
        yield from (
            word.value.value for word in call.keywords if word.arg == "code" and isinstance(word.value, ast.Constant)
        )
    for call in calls_in_the_code("PayloadError"):
        yield from (it.value for it in call.args[2:3] if isinstance(it, ast.Constant))
    for call in calls_in_the_code("not_asked"):
        yield from (it.value for it in call.args[:1] if isinstance(it, ast.Constant))
    yield from (code for code, _ in ussd.FAILURES.values())
    yield from (stk_user.NO_SUCH_ITEM, stk_user.CHOICE_WANTED, stk_user.SENDS_EARLY)


def kinds_of(error: type[errors.SmsmqttError]) -> set[str]:
    return {error.code, *(code for kind in error.__subclasses__() for code in kinds_of(kind))}


def test_every_reason_is_documented() -> None:
    documented = named(page("docs/MQTT.md"))
    known = {"bad_payload", *codes_in_the_code(), *WHY, *(f"gateway_{code}" for code in kinds_of(errors.GatewayError))}
    answered_only = {"unknown_id", "unknown_gateway", "unknown_verb"}
    assert len(known) > 30
    assert not known - answered_only - documented


def test_every_trouble_is_documented() -> None:
    known = kinds_of(errors.GatewayError) | kinds_of(errors.BrokerError)
    known |= {errors.DailyCap.code, errors.LineGone.code}
    assert known == first_cells(section("docs/MQTT.md", "Troubles"))


# CREDIT.md: profiles and what they read


def profile_keys() -> Iterator[str]:
    """As the page names them: the ways to ask with where they stand, all others by themselves."""
    yield from Profile.model_fields
    yield from AnswerPattern.model_fields
    for way, section_of in (("toolkit", ToolkitAsking), ("ussd", UssdAsking), ("sms", SmsAsking)):
        yield from (f"ask.{way}.{key}" for key in section_of.model_fields)


def test_every_key_of_a_profile_is_documented() -> None:
    assert first_cells(section("docs/CREDIT.md", "Your own carrier")) == set(profile_keys())


def test_the_tables_of_carriers_and_of_what_is_read_are_fresh() -> None:
    told = page("docs/CREDIT.md")
    assert refreshed(told) == told, "make docs"


def test_the_profile_of_the_example_reads_the_text_of_the_example() -> None:
    example = next(code for code in blocks("docs/CREDIT.md", "yaml") if code.startswith("name:"))
    text = re.search(r"--explain '(.*)'", page("docs/CREDIT.md"))
    assert text
    reading = parse(yaml.safe_load(example)).read(text[1])
    assert isinstance(reading, Reading)
    assert (reading.credit, reading.currency, reading.expires) == (Decimal("6.45"), "GBP", date(2030, 12, 31))


def test_the_readme_counts_the_carriers() -> None:
    assert len(shelf.load()) == 18
    for document in ("README.md", "CHANGELOG.md"):
        assert "eighteen carriers" in page(document).lower()


# Commands


def test_every_command_has_help_and_is_documented() -> None:
    context = click.Context(commands)
    table = " ".join(first_cells(section("README.md", "Commands")))
    for name in commands.list_commands(context):
        command = commands.get_command(context, name)
        assert command
        assert command.help, f"{name} has no help"
        assert all(option.help for option in command.params if isinstance(option, click.Option)), name
        assert f"\n## {name}\n" in page("docs/COMMANDS.md"), "python -m smsmqtt.cli.manual > docs/COMMANDS.md"
        assert f"smsmqtt {name}" in table, f"README's table lacks {name}"


def test_every_command_that_documents_name_is_there() -> None:
    known = commands.list_commands(click.Context(commands))
    for document in DOCUMENTS:
        typed = "\n".join((*named(page(document)), *blocks(document, "sh")))
        for name in re.findall(r"(?:^|bin/|\| )smsmqtt ([a-z][a-z-]*)", typed, re.MULTILINE):
            assert name in known, f"{document}: smsmqtt {name}"
        for target in re.findall(r"^make ([a-z]+)", typed, re.MULTILINE):
            assert re.search(rf"^{target}:", page("Makefile"), re.MULTILINE), f"{document}: make {target}"


# Examples, links and names in all documents


@pytest.mark.parametrize("document", DOCUMENTS)
def test_examples_in_yaml_and_json_can_be_read(document: str) -> None:
    for code in blocks(document, "yaml"):
        assert yaml.safe_load(code)
    for code in blocks(document, "json"):
        assert json.loads(code)


def test_sections_of_http_in_examples_would_be_taken() -> None:
    shown = [code for code in blocks("docs/HTTP.md", "yaml") if code.startswith("http:")]
    assert shown
    for code in shown:
        assert HttpSettings.model_validate(yaml.safe_load(code)["http"])


def test_the_smallest_configuration_of_the_readme_works(tmp_path: Path) -> None:
    smallest, contacts, *_ = blocks("README.md", "yaml")
    file = tmp_path / "config.yaml"
    file.write_text(smallest + contacts)
    settings = load(file)
    assert list(settings.gateways["hall"].lines) == ["mine"]
    assert "me" in settings.contacts
    assert "(config.example.yaml)" in page("README.md")


def test_the_gate_opens_by_the_same_automation_in_the_readme_and_in_its_own_document() -> None:
    gates: list[Any] = []
    for document in ("README.md", "docs/HOME-ASSISTANT.md"):
        shown = [yaml.safe_load(code).get("automation") or [] for code in blocks(document, "yaml")]
        gates.append([it for automations in shown for it in automations if it["alias"] == "Open the gate by text"])
    assert gates[0] == gates[1]
    assert len(gates[0]) == 1


@pytest.mark.parametrize("document", DOCUMENTS)
def test_orders_in_examples_would_be_taken(document: str) -> None:
    typed = re.findall(r"-t \w+/outbox -m '(\{.*?\})'", page(document))
    shown = [code for code in blocks(document, "json") if code.startswith('{"to"')]
    for order in [*typed, *shown]:
        assert parse_order(order.encode()).body


def test_everything_that_is_published_by_hand_has_qos_1() -> None:
    for document in DOCUMENTS:
        for line in re.findall(r"^mosquitto_(?:pub|sub) .*", page(document), re.MULTILINE):
            assert " -q 1 " in line or " -n " in line, line


@pytest.mark.parametrize("document", DOCUMENTS)
def test_internal_links_lead_somewhere(document: str) -> None:
    for link in re.findall(r"\]\((?!https?:)([^)]*)\)", page(document)):
        path, _, anchor = link.partition("#")
        target = (ROOT / document).parent / path if path else ROOT / document
        assert target.exists(), f"{document}: {link}"
        assert not anchor or anchor in anchors(str(target.resolve().relative_to(ROOT))), f"{document}: {link}"


def test_files_that_recipes_name_are_there() -> None:
    paths = [name for name in named(page("CONTRIBUTING.md")) if re.fullmatch(r"(smsmqtt|tests|docs)/[\w/.*]+", name)]
    assert len(paths) > 30
    for path in paths:
        assert any(ROOT.glob(path)), path


def test_the_drawing_shows_the_storeys_that_are_held() -> None:
    drawing = blocks("ARCHITECTURE.md", "text")[0]
    drawn = tuple(frozenset(re.split(r" \| ", line.split("  ")[0])) for line in drawing.splitlines())
    assert drawn == STOREYS


# Knobs


def knobs() -> dict[str, str]:
    """Each knob and how well it is founded, as the simulator tells it."""
    cells = (re.split(r"(?<!\\) \| ", row.strip("| \n")) for row in manual.table().splitlines()[2:])
    return {row[0].strip("`"): row[4] for row in cells}


def test_every_knob_is_documented() -> None:
    assert knobs().keys() == first_cells(section("docs/SIMULATOR.md", "Knobs"))


def test_every_assumption_about_the_device_is_listed_with_the_knob_that_turns_it() -> None:
    listed = {knob: mark for names, mark in marked_rows() for knob in names}
    assert listed == {knob: mark for knob, mark in knobs().items() if mark != "SIM"}


def marked_rows() -> Iterator[tuple[set[str], str]]:
    for names, rest in rows(page("docs/DEVICE.md")):
        mark, *cells = rest.split(" | ")
        if mark in ("FACT", "DEDUCED", "INFERENCE", "UNKNOWN"):
            assert len(cells) == 3, names
            assert all(cells), names
            yield names, mark
