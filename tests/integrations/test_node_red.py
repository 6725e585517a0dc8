"""The flow of ``examples/node-red`` in a real Node-RED, with daemon, broker and simulated gateway."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support.bridge import ANA, Bridge
from support.node_red import NodeRed, node_red

pytestmark = pytest.mark.skipif(not node_red(), reason="node-red is not here: make test-integrations")

CREDIT = """\
name: Test
country: UY
currency: UYU
ask: {ussd: {code: "*100#"}}
patterns: ["saldo [$](?P<credit>[0-9.]+)"]
"""


@pytest.fixture(scope="module")
def bridge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bridge]:
    folder = tmp_path_factory.mktemp("bridge")
    carriers = folder / "carriers"
    carriers.mkdir()
    (carriers / "test.yaml").write_text(CREDIT)
    knobs = {"network": {"numbers": {}, "ussd": {"*100#": {"text": "Su saldo $12.50"}}}}
    with Bridge(folder, knobs=knobs, carriers={"mine": "test"}, balance={"min_interval": "0"}) as bridge:
        yield bridge.start()


@pytest.fixture(scope="module")
def flow(bridge: Bridge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NodeRed]:
    with NodeRed(bridge.broker, tmp_path_factory.mktemp("node-red") / "user") as flow:
        yield flow


def test_a_text_is_composed_and_its_end_comes_with_what_it_was_about(bridge: Bridge, flow: NodeRed) -> None:
    flow.click("send a text")
    flow.wait_for_line("on its way", "about: 'Hello from Node-RED'", "state: 'sent'")
    flow.wait_for_line("the end of an order", "about: 'Hello from Node-RED'", "state: 'delivered'")
    assert [(it.recipient, it.text) for it in bridge.unit.network.texts()] == [(ANA, "Hello from Node-RED")]


def test_a_text_received_arrives_once(bridge: Bridge, flow: NodeRed) -> None:
    bridge.unit.deliver(1, ANA, "Hi there")
    flow.wait_for_line("a text", "body: 'Hi there'", "event_type: 'received'")


def test_credit_is_asked_for_and_told(flow: NodeRed) -> None:
    flow.click("ask for credit")
    flow.wait_for_line("debug:credit", "mine: 12.5 UYU")
