from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from dashboard.services.secret_key import FILE_NAME, derived_key, secret_key
from dashboard.settings import Settings, SettingsError, StoreSettings


def _settings(folder: Path) -> Settings:
    return Settings(store=StoreSettings(data_dir=folder))


def test_it_is_made_once_readable_by_its_owner_only(tmp_path: Path) -> None:
    settings = _settings(tmp_path / "data")
    key = secret_key(settings)
    assert len(key) == 64
    assert secret_key(settings) == key
    assert (tmp_path / "data" / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "data").iterdir()] == [FILE_NAME]


def test_processes_that_start_together_agree(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: secret_key(settings), range(16)))) == 1


def test_two_installations_and_two_purposes_have_different_keys(tmp_path: Path) -> None:
    one, other = _settings(tmp_path / "a"), _settings(tmp_path / "b")
    assert secret_key(one) != secret_key(other)
    assert derived_key(one, "web session") != derived_key(one, "other")


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = _settings(tmp_path)
    secret_key(settings)
    (tmp_path / FILE_NAME).chmod(0o644)
    with pytest.raises(SettingsError, match="chmod 600"):
        secret_key(settings)


def test_a_truncated_key_is_refused(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).touch(mode=0o600)
    with pytest.raises(SettingsError, match="0 characters"):
        secret_key(_settings(tmp_path))
