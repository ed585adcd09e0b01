"""A port for a server that a test starts: below those that the system hands out, which an outgoing connection of
another test may have by the time the server wants it."""

from __future__ import annotations

import itertools
import os
import socket

_FIRST, _EACH, _RANGES = 20_000, 600, 20
# `gw3` of a parallel run; each of its processes has a range of its own.
_own = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _RANGES
_offsets = itertools.count(os.getpid())


def free_port() -> int:
    """Each time another one."""
    for offset in itertools.islice(_offsets, _EACH):
        port = _FIRST + _own * _EACH + offset % _EACH
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise OSError("no port is free")
