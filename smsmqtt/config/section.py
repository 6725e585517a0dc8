"""What every section of the file is: a mapping whose unknown keys are faults and whose empty keys are absent."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

NOT_WRITTEN = "<{}>"
"""The form of the aliases of values that the file can't write: they come from elsewhere in it."""


def about(key: str, default: Any, description: str, **more: Any) -> Any:
    return Field(default, alias=key, description=description, **more)


def section(description: str | None = None) -> Any:
    """A section that may be left out: the same as an empty one."""
    return Field({}, description=description)


class Section(BaseModel):
    """A mapping in the file. Unknown keys are faults; empty keys are absent."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", validate_default=True, validate_by_alias=True, validate_by_name=True
    )

    @model_validator(mode="before")
    @classmethod
    def _without_empty_keys(cls, data: Any) -> Any:
        if data is None:
            return {}
        if not isinstance(data, dict):
            return data
        known = {field.alias or name for name, field in cls.model_fields.items()}
        return {key: value for key, value in data.items() if value is not None or key not in known}


def present(data: Any, *keys: str) -> Any:
    """For sections that their presence switches on: a key with nothing behind it is an empty section."""
    if not isinstance(data, dict):
        return data
    return data | {key: {} for key in keys if key in data and data[key] is None}
