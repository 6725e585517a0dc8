"""Fixtures of the end-to-end tests."""

from __future__ import annotations

from support.scene import scene

__all__ = ["scene"]
