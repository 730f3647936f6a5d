"""Accounts: rules for names and passwords, login, preferences, audit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlalchemy.orm import Session

from connectors.storage.read import get_audit, get_user
from connectors.storage.write import upsert_user
from dashboard.domain.people import Right, Role
from dashboard.services import accounts
from dashboard.services.accounts import Account, AccountError, ForbiddenError, add_user, authenticate
from tests.dashboard.services.desk_store import NOW, store

PASSWORD = "seven quiet lighthouses"


CHEAP = PasswordHasher(time_cost=2, memory_cost=64, parallelism=1)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    monkeypatch.setattr(accounts, "_HASHER", CHEAP)  # the product's own takes 0.1 s a hash, on purpose
    accounts._nobodys_hash.cache_clear()
    with store(tmp_path) as session:
        yield session


def add(session: Session, name: str = "kim", role: Role = Role.MANAGER, password: str = PASSWORD) -> Account:
    return add_user(session, name, role=role, password=password, by="root", now=NOW)


def test_login_with_the_right_password(session: Session) -> None:
    add(session)
    assert authenticate(session, " Kim ", PASSWORD, now=NOW) == Account("kim", Role.MANAGER, "de", "auto")


def test_the_password_is_not_stored(session: Session) -> None:
    add(session)
    row = get_user(session, "kim")
    assert row is not None
    assert row.password_hash.startswith("$argon2id$")
    assert PASSWORD not in row.password_hash


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("kim", "seven quiet lighthouse"),
        ("kim", ""),
        ("nobody", PASSWORD),
        ("x" * 500, PASSWORD),
        ("kim", "x" * 10_000),
    ],
)
def test_login_refused(session: Session, name: str, password: str) -> None:
    add(session)
    assert authenticate(session, name, password, now=NOW) is None
    assert get_audit(session, 1)[0].action == "login.refused"


def test_an_unknown_name_costs_a_hash_too(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []

    def watched(stored: str, password: str) -> bool:
        checked.append(stored)
        return False

    monkeypatch.setattr(accounts, "_matches", watched)
    authenticate(session, "nobody", PASSWORD, now=NOW)
    assert checked[0].startswith("$argon2id$")


def test_a_closed_account_cannot_log_in(session: Session) -> None:
    add(session)
    accounts.set_active(session, "kim", active=False, by="root", now=NOW)
    assert authenticate(session, "kim", PASSWORD, now=NOW) is None
    assert accounts.get_account(session, "kim") is None


def test_the_last_administrator_stays(session: Session) -> None:
    add(session, "root", Role.ADMINISTRATOR)
    with pytest.raises(AccountError, match="last active administrator"):
        accounts.set_active(session, "root", active=False, by="root", now=NOW)
    add(session, "second", Role.ADMINISTRATOR)
    accounts.set_active(session, "root", active=False, by="second", now=NOW)
    assert [a.name for a in accounts.get_accounts(session)] == ["second"]


def test_a_weak_hash_is_renewed_at_login(session: Session) -> None:
    add(session)
    row = get_user(session, "kim")
    assert row is not None
    upsert_user(
        session, replace(row, password_hash=PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSWORD))
    )
    assert authenticate(session, "kim", PASSWORD, now=NOW)
    renewed = get_user(session, "kim")
    assert renewed is not None
    assert "t=2" in renewed.password_hash


def test_the_products_own_hash_is_costly() -> None:
    assert (accounts._HASHER.time_cost, accounts._HASHER.memory_cost) >= (2, 19 * 1024)


@pytest.mark.parametrize("name", ["", "k", "-kim", "kim smith", "kim<script>", "ｋｉｍ", "k" * 65])
def test_names_refused(session: Session, name: str) -> None:
    with pytest.raises(AccountError, match="a name has"):
        add(session, name)


@pytest.mark.parametrize("password", ["short", "x" * 257, "aaaaaaaaaaaaaaa", "Kimberley1234"])
def test_passwords_refused(session: Session, password: str) -> None:
    with pytest.raises(AccountError, match="password"):
        add(session, "kimberley", password=password)


def test_a_name_is_taken_whatever_its_case(session: Session) -> None:
    add(session)
    with pytest.raises(AccountError, match="taken"):
        add(session, "KIM")


def test_preferences(session: Session) -> None:
    add(session)
    changed = accounts.set_preferences(session, "kim", theme="dark", now=NOW)
    assert (changed.language, changed.theme) == ("de", "dark")
    with pytest.raises(AccountError, match="language"):
        accounts.set_preferences(session, "kim", language="fr", now=NOW)


def test_every_change_is_audited(session: Session) -> None:
    add(session)
    accounts.set_password(session, "kim", password="eight quiet lighthouses", by="root", now=NOW)
    accounts.set_preferences(session, "kim", language="en", now=NOW)
    accounts.set_active(session, "kim", active=False, by="root", now=NOW)
    actions = {row.action for row in get_audit(session, 10)}
    assert actions == {"user.add", "user.password", "user.preferences", "user.close"}


def test_rights() -> None:
    agent = Account("ada", Role.AGENT)
    agent.require(Right.COPY_REPLY)
    with pytest.raises(ForbiddenError, match="approve_reply"):
        agent.require(Right.APPROVE_REPLY)
