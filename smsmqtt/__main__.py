"""``python -m smsmqtt``."""

from __future__ import annotations

from smsmqtt.cli import main

main()
