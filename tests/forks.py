"""Processes of the product: forked from one that has imported everything, and gone when the test run is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.preloaded"])


def fork(target: Callable[..., None], *arguments: Any) -> BaseProcess:
    """Each is a process of its own, with connections of its own; what it complains of goes nowhere."""
    process = _forks.Process(target=_run, args=(target, arguments), daemon=True)
    process.start()
    return process


def offhook(environment: Mapping[str, str], *arguments: str) -> BaseProcess:
    """The command, as the terminal would start it in this environment."""
    return fork(_offhook, dict(environment), arguments)


def _run(target: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    with Path(os.devnull).open("w") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    threading.Thread(target=_die_with_the_run, daemon=True).start()
    target(*arguments)


def _die_with_the_run() -> None:
    """Also when that was killed and could not stop anything."""
    run = multiprocessing.parent_process()
    assert run is not None
    run.join()
    os.kill(os.getpid(), signal.SIGKILL)


def _offhook(environment: dict[str, str], arguments: tuple[str, ...]) -> None:
    from webhooks.cli import main

    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["offhook", *arguments]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    main()
