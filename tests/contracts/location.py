"""Where the published contracts of Slack, Telegram and Twilio lie, and what a test does without them."""

import functools
import json
import os
from pathlib import Path
from typing import Any

import pytest

BESIDE_THE_REPOSITORY = Path(__file__).resolve().parents[2].parent / "shared" / "contracts"


def contracts_directory() -> Path:
    """The directory; where there is none the calling test is skipped, and fails when CI=true."""
    directory = Path(os.environ.get("OFFHOOK_CONTRACTS") or BESIDE_THE_REPOSITORY)
    if (directory / "telegram" / "api.json").is_file():
        return directory
    notice = (
        "the platforms' published contracts are not here: put them into ../shared/contracts "
        "or name their directory in OFFHOOK_CONTRACTS"
    )
    if os.environ.get("CI", "").lower() == "true":
        pytest.fail(notice, pytrace=False)
    pytest.skip(notice)


def load(name: str) -> Any:
    """A contract file by its path inside the directory."""
    return _read(contracts_directory() / name)


@functools.cache
def _read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))
