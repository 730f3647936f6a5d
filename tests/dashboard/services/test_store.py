from __future__ import annotations

from pathlib import Path

import pytest

from connectors.errors import ConnectorError
from dashboard.services.store import is_drill, mark_drill, open_store, require_own_kind
from dashboard.settings import Settings, SettingsError, StoreSettings
from tests.dashboard.seeded_centre import Centre, make_centre


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return make_centre(tmp_path)


def test_the_real_board_refuses_a_drills_data(centre: Centre) -> None:
    with centre.sessions.begin() as session:
        require_own_kind(session, centre.settings)
        mark_drill(session)
        assert is_drill(session)
        with pytest.raises(SettingsError, match="made by a drill"):
            require_own_kind(session, centre.settings)


def test_a_drill_refuses_real_data(centre: Centre) -> None:
    drill = centre.settings.model_copy(update={"drill": True})
    with centre.sessions.begin() as session:
        with pytest.raises(SettingsError, match="not marked as a drill"):
            require_own_kind(session, drill)
        mark_drill(session)
        require_own_kind(session, drill)


def test_a_store_that_cannot_be_opened_says_so_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "andrang.db").write_text("this is no database, but it is long enough to look like one")
    settings = Settings(store=StoreSettings(data_dir=tmp_path))
    with pytest.raises(ConnectorError, match=r"andrang\.db") as caught:
        open_store(settings, migrate=True)
    assert "\n" not in str(caught.value)


def test_a_password_in_the_address_is_not_shown() -> None:
    settings = Settings(store=StoreSettings(url="postgresql://andrang:hunter2@127.0.0.1:1/nothing"))
    with pytest.raises(ConnectorError) as caught:
        open_store(settings, migrate=True)
    assert "hunter2" not in str(caught.value)
