"""Bytes to and from a gateway, and the runner that turns dialogues into them."""
