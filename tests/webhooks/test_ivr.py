from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from tests.conftest import ROOT
from webhooks import ivr
from webhooks.complaints import Complaint
from webhooks.settings import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(_env_file=None, offhook_config=ROOT / "offhook.yml")


def _shown(settings: Settings, language: str | None = None) -> str:
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(ivr.show(settings, language, None, None))
    return captured.get()


def test_the_menu_is_a_tree_in_the_terminal(settings: Settings) -> None:
    shown = _shown(settings)
    assert "open → main  menu  Für Ihre Anliegen" in shown
    assert "3 → support-queue" in shown
    assert shown.count("  menu  ") == 2, "a node is told once"
    assert "To leave a message press 1" in _shown(settings, "en")


def test_the_drawings_are_written_where_they_are_asked_for(settings: Settings, tmp_path: Path) -> None:
    ivr.show(settings, None, tmp_path / "menu.mmd", tmp_path / "menu.svg")
    assert (tmp_path / "menu.mmd").read_text(encoding="utf-8").startswith("flowchart LR")
    assert b"<svg" in (tmp_path / "menu.svg").read_bytes()


def test_what_cannot_be_drawn_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(Complaint, match="fr is not among the languages"):
        ivr.show(settings, "fr", None, None)
    with pytest.raises(Complaint, match="cannot be written"):
        ivr.show(settings, None, None, tmp_path / "nowhere" / "menu.svg")
