"""The drivers by the names that the configuration gives them."""

from __future__ import annotations

from smsmqtt.config import GatewaySettings
from smsmqtt.gateways.at import AtDriver
from smsmqtt.gateways.base import Driver
from smsmqtt.gateways.portech import PortechDriver


def driver_for(gateway: GatewaySettings) -> Driver:
    """A new sibling is named here, and in the configuration's ``driver``."""
    if gateway.driver == "portech":
        return PortechDriver(username=gateway.username, password=gateway.password)
    return AtDriver()
