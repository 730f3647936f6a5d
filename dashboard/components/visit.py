"""What a page is given: who looks, in which language, with which parameters, and the use cases to ask."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from dashboard.components.words import Words
from dashboard.domain.clock import Clock
from dashboard.services.accounts import Account
from dashboard.settings import Settings

P = ParamSpec("P")
T = TypeVar("T")


class ServicesLike(Protocol):
    """How a page reaches the use cases: `services.ask(situation.view, settings=…, clock=…)`."""

    @property
    def settings(self) -> Settings:
        """The installation's settings."""

    @property
    def clock(self) -> Clock:
        """The board's clock; in a drill it is shifted."""

    def ask(self, use_case: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a use case with a session of its own before the given arguments."""


@dataclass(frozen=True, slots=True)
class Services:
    """The use cases on a real store; each call has one session, committed when the use case returns."""

    settings: Settings
    clock: Clock
    sessions: Callable[[], AbstractContextManager[Any]]

    def ask(self, use_case: Callable[Concatenate[Any, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call a use case; whatever it raises rolls its session back."""
        with self.sessions() as session:
            answer = use_case(session, *args, **kwargs)
            session.commit()
            return answer


@dataclass(frozen=True, slots=True)
class Visit:
    """One look at one page. `parameters` holds the path's variables and the query, each a single string."""

    words: Words
    person: Account
    services: ServicesLike
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        """The board's time."""
        return self.services.clock()
