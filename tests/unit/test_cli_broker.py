"""``--broker URL``."""

from __future__ import annotations

import click
import pytest

from smsmqtt.cli.broker import mqtt_settings


def test_the_shortest_url() -> None:
    found = mqtt_settings("mqtt://broker.local")
    assert (found.host, found.port, found.username, found.tls, found.prefix) == (
        "broker.local",
        1883,
        None,
        None,
        "sms",
    )


def test_everything_in_a_url() -> None:
    found = mqtt_settings("mqtts://ana:p%40ss%2Fword@[::1]:8884/house/sms")
    assert (found.host, found.port, found.username, found.password) == ("::1", 8884, "ana", "p@ss/word")
    assert found.tls is not None
    assert found.tls.verify
    assert found.prefix == "house/sms"


def test_tls_has_its_own_port() -> None:
    assert mqtt_settings("mqtts://broker.local").port == 8883


@pytest.mark.parametrize(
    "url",
    ["broker.local", "http://broker.local", "mqtt://", "mqtt://h:0", "mqtt://h:x", "mqtt://h:99999", "mqtt://h?a=b"],
)
def test_a_url_that_says_nothing_sensible_is_refused(url: str) -> None:
    with pytest.raises(click.UsageError, match="expected mqtt://"):
        mqtt_settings(url)
