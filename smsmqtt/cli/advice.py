"""What somebody at a terminal can do about an error. (An error's own words say what the daemon does.)"""

from __future__ import annotations

from smsmqtt.errors import SmsmqttError

ADVICE = {
    "broker_unreachable": "the broker does not answer; check that it runs, and its host and port",
    "broker_login": "the broker refuses the user name or password",
    "broker_tls": "no secure connection to the broker came about; check the CA file, the name in the broker's"
    " certificate, and that the port is its TLS port",
    "broker_protocol": "this does not behave like an MQTT broker; check the port, and whether it wants TLS",
    "broker_denied": "the broker's access list forbids it",
    "unreachable": "the gateway does not answer; check its power, address and port",
    "occupied": "somebody else is logged in; look for another program or person that uses the gateway",
    "bad_login": "the gateway refuses the user name or password; correct username and password of the gateway",
    "link_lost": "the connection broke; try again, and look at the network and the gateway's power",
    "no_answer": "no answer in time; try again, and reboot the gateway when it stays so",
    "released": "the gateway took the module away, as it does for a call; try again",
    "in_call": "the module is not free: a call, or somebody else, uses it; try again",
    "store": "check the path, and run this as the daemon's user or as root",
    "bad_dialogue": "that makes no sense here; smsmqtt capture records what the gateway says",
}


def advised(error: SmsmqttError) -> str:
    """What happened and what to do, on one line."""
    advice = ADVICE.get(error.code)
    if advice is None:
        return str(error)
    return f"{error.detail}: {advice}" if error.detail else advice
