"""What is wrong with something that a company added, and where."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from pathlib import Path

_OURS = str(Path(__file__).parent.parent)


@dataclass(frozen=True, slots=True)
class Fault:
    """`at` is a file and its line, as far as they are known."""

    at: str
    text: str

    def __str__(self) -> str:
        return f"{self.at}: {self.text}"


def raised(error: BaseException, folder: Path | None, otherwise: str) -> Fault:
    """At the deepest line below `folder`, or at least outside of this package, that led to it."""
    said = " ".join(str(error).split())
    text = said if isinstance(error, ValueError | TypeError) and said else f"{type(error).__name__}: {said}"
    if isinstance(error, SyntaxError):
        return Fault(f"{error.filename}:{error.lineno}", f"no Python: {error.msg}")
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    theirs = [frame for frame in frames if folder is not None and Path(frame.filename).is_relative_to(folder)]
    theirs = theirs or [frame for frame in frames if not frame.filename.startswith(_OURS)]
    outside = [frame for frame in theirs if "importlib" not in Path(frame.filename).parts]
    return Fault(f"{outside[-1].filename}:{outside[-1].lineno}" if outside else otherwise, text)
