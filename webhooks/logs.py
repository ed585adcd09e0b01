"""Structured logs. Customer text never goes in; secrets are masked if they do."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from typing import Any

import structlog

_SECRET = re.compile(r"xox[a-z]-[\w-]+|\d{6,}:[\w-]{30,}|\b(?:SK|AC)[0-9a-f]{32}\b|(?<=://)[^/@\s:]*:[^/@\s]+(?=@)")


def set_up(*, readable: bool) -> None:
    """JSON lines for machines, or coloured ones for the terminal. Everything goes to standard error."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    for noisy in ("httpx", "slack_bolt", "slack_sdk", "aiohttp.access", "twilio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _trace,
            _mask,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def masked(text: str) -> str:
    return _SECRET.sub("***", text)


def _mask(_logger: Any, _method: str, event: Any) -> Any:
    return {name: masked(value) if isinstance(value, str) else value for name, value in event.items()}


def _trace(_logger: Any, _method: str, event: Any) -> Any:
    """Types and lines of code only: the message of an exception may quote what a customer wrote."""
    raised = event.pop("exc_info", None)
    error = raised if isinstance(raised, BaseException) else sys.exc_info()[1] if raised else None
    lines: list[str] = []
    while error is not None:
        lines += [*traceback.format_tb(error.__traceback__), f"{type(error).__module__}.{type(error).__qualname__}\n"]
        error = error.__cause__ or error.__context__
    return {**event, "exception": "".join(lines)} if lines else event
