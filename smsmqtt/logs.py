"""Logging: one line for each event, on standard error, without phone numbers and texts unless asked for.

What is masked is decided by key (``to``, ``sender``, …) and, for numbers inside sentences and
tracebacks, by their look. Bodies have no look: fields that carry them are left out, and nobody may
write them into a sentence.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, TextIO, cast

from smsmqtt import numbers

# structlog imports asyncio for methods that nobody awaits here, and rich and greenlet, where somebody installed them,
# for what nobody sees here: 2 and 5 MB that a small board has better use for. While it is imported an empty module
# stands in for the first and the others are not to be had, unless somebody has the real ones already.
_stands_in = sys.modules.setdefault("asyncio", ModuleType("asyncio"))
_not_to_be_had = [name for name in ("rich", "greenlet") if name not in sys.modules]
sys.modules.update(dict.fromkeys(_not_to_be_had, cast("ModuleType", None)))
import structlog  # noqa: E402

if not hasattr(_stands_in, "__file__"):
    del sys.modules["asyncio"]
for _name in _not_to_be_had:
    del sys.modules[_name]

if TYPE_CHECKING:
    from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

    from smsmqtt.config import LogSettings

NUMBER_KEYS = frozenset({"to", "from", "number", "numbers", "recipient", "recipients", "sender", "subscriber"})
CONTENT_KEYS = frozenset({"body", "text", "data", "data_hex", "payload", "pdu", "pdu_hex", "tpdu", "content", "pin"})


def configure(settings: LogSettings, *, stream: TextIO | None = None) -> None:
    """Sets up every logger of the process; loggers made before follow too."""
    out = stream or sys.stderr
    console = settings.format == "console" or (settings.format == "auto" and out.isatty())
    processors: list[Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        *([] if settings.personal == "full" else [mask_personal]),
        _console(out) if console else structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(settings.level),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )


def _console(out: TextIO) -> Processor:
    return structlog.dev.ConsoleRenderer(
        colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )


def get_logger(name: str) -> FilteringBoundLogger:
    """A logger that says who speaks: ``get_logger("session")``."""
    return cast("FilteringBoundLogger", structlog.get_logger(logger_name=name))


def mask_personal(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """The processor: an event without phone numbers and texts."""
    return _masked_fields(event)


def _masked_fields(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _masked(key, value) for key, value in fields.items() if key not in CONTENT_KEYS}


def _masked(key: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _masked_fields(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_masked(key, item) for item in value]
    if key in NUMBER_KEYS and isinstance(value, str | int) and not isinstance(value, bool):
        return numbers.mask(str(value))
    if key == "timestamp" or value is None or isinstance(value, bool | int | float):
        return value
    return numbers.mask_in(str(value))
