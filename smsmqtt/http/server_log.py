"""What the server itself has to say, which it does through the standard library's logging, into our log."""

from __future__ import annotations

import logging

from smsmqtt.logs import get_logger

log = get_logger("http")


class IntoOurLog(logging.Handler):
    """Warnings are about what clients did; errors are about us."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            log.error("the HTTP server failed", said=record.getMessage(), exc_info=record.exc_info)
        else:
            log.info("the HTTP server complains", said=record.getMessage())


CONFIG = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"ours": {"()": IntoOurLog}},
    "loggers": {
        name: {"handlers": ["ours"], "level": "WARNING", "propagate": False} for name in ("uvicorn.error", "asyncio")
    },
}
"""For ``logging.config.dictConfig``."""
