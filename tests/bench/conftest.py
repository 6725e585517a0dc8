"""Fixtures of the measurements."""

from __future__ import annotations

from support.scene import scene

__all__ = ["scene"]
