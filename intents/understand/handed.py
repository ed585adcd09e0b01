"""The order that a learning process is handed."""

from __future__ import annotations

import os
import sys
import threading


def handed_order() -> str:
    """A line of the standard input. It stays open as long as whoever wants the result lives: nobody learns in vain."""
    order = sys.stdin.readline()
    threading.Thread(target=_end_with_the_input, daemon=True).start()
    return order


def _end_with_the_input() -> None:
    sys.stdin.read()
    os._exit(1)
