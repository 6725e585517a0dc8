"""Fixtures of the tests of crashes and mishaps."""

from __future__ import annotations

from support.scene import scene

__all__ = ["scene"]
