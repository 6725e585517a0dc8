"""What every group of knobs is: values that never change, and that explain themselves."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Knobs(BaseModel):
    """One group of knobs."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
