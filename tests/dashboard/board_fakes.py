"""Use cases that answer what a test tells them to, and the settings and clock of a test's board."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dashboard.domain.clock import Clock
from dashboard.domain.people import Role
from dashboard.services import accounts
from dashboard.services.accounts import Account
from dashboard.services.board import live_snapshot
from dashboard.settings import Settings

NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)  # a Tuesday, 11:20 in Berlin
PEOPLE = {role.value: Account(role.value, role, "en", "auto") for role in Role}


@dataclass
class FakeServices:
    """`answers` maps a use case to what it returns, or to a function of its arguments; `asked` keeps the calls."""

    settings: Settings = field(default_factory=lambda: Settings.model_validate({"web": {"secure_cookies": False}}))
    answers: dict[Any, Any] = field(default_factory=dict)
    asked: list[tuple[str, tuple[Any, ...], dict[str, Any]]] = field(default_factory=list)
    now: datetime = NOW

    def __post_init__(self) -> None:
        self.answers = {**_accounts(), live_snapshot.current: None, live_snapshot.last_beat: self.now} | self.answers

    @property
    def clock(self) -> Clock:
        """A clock that stands still."""
        return lambda: self.now

    def ask(self, use_case: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Answer as told; a use case that no test prepared is an error."""
        self.asked.append((use_case.__name__, args, kwargs))
        answer = self.answers[use_case]
        return answer(*args, **kwargs) if callable(answer) else answer


def _accounts() -> dict[Any, Any]:
    def authenticate(name: str, password: str, *, now: datetime) -> Account | None:
        return PEOPLE.get(name) if password == "right-password" else None

    return {
        accounts.authenticate: authenticate,
        accounts.get_account: PEOPLE.get,
        accounts.get_accounts: lambda: list(PEOPLE.values()),
        accounts.set_preferences: lambda name, **changes: PEOPLE[name],
    }


def drill_settings() -> Settings:
    """Settings of a drill."""
    return Settings.model_validate({"drill": True, "web": {"secure_cookies": False}})
