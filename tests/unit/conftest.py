"""Fixtures of the unit tests."""

from __future__ import annotations

from support.units import unit

__all__ = ["unit"]
