"""Broker, simulated gateway and daemon on the loopback, for somebody who has none of them yet."""
