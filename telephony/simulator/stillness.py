"""Whether anything is under way: counted where it begins and ends, so that asking costs nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager


class Stillness:
    def __init__(self) -> None:
        self._under_way = 0
        self._waiting: list[asyncio.Future[None]] = []

    @property
    def is_still(self) -> bool:
        return self._under_way == 0

    def begin(self) -> None:
        self._under_way += 1

    def end(self) -> None:
        self._under_way -= 1
        if self._under_way == 0:
            waiting, self._waiting = self._waiting, []
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    @contextmanager
    def busy(self) -> Iterator[None]:
        self.begin()
        try:
            yield
        finally:
            self.end()

    async def wait(self) -> None:
        while not self.is_still:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future
