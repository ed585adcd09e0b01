"""Missing contracts are said aloud: a skip on a developer's machine, a failure in CI."""

from pathlib import Path

import pytest

from tests.contracts.location import contracts_directory


def test_missing_contracts_skip_a_test_and_say_how_to_get_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFHOOK_CONTRACTS", str(tmp_path))
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="OFFHOOK_CONTRACTS"):
        contracts_directory()


def test_missing_contracts_fail_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OFFHOOK_CONTRACTS", str(tmp_path))
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="OFFHOOK_CONTRACTS"):
        contracts_directory()


def test_a_named_directory_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "telegram").mkdir()
    (tmp_path / "telegram" / "api.json").write_text("{}")
    monkeypatch.setenv("OFFHOOK_CONTRACTS", str(tmp_path))
    assert contracts_directory() == tmp_path
