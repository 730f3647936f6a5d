"""Publishing to a real Request Tracker 5: articles are made, changed, disabled and shown again."""

from __future__ import annotations

import os
from typing import Any

import pytest

from connectors.errors import SourceError
from connectors.publish import GoneError, Item, Publisher, build_publisher
from connectors.source import SourceConfig
from tests.connectors.request_tracker_server import PASSWORD, USER, RealRequestTracker

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("request_tracker")]
SECRET_ENV = "ANDRANG_TEST_RT_PASSWORD"
CLASS = "Andrang"
_MAKE_CLASS = (
    f"my $c = RT::Class->new($RT::SystemUser); $c->Load('{CLASS}'); "
    f"unless ($c->Id) {{ $c->Create(Name => '{CLASS}'); }}"
    "my $f = RT::CustomField->new($RT::SystemUser); $f->Load('Content'); $f->AddToObject($c);"
    "my $u = RT::User->new($RT::SystemUser); $u->Load('weak'); "
    f"unless ($u->Id) {{ $u->Create(Name => 'weak', Privileged => 1, Password => '{PASSWORD}'); }}"
)


def place(rt: RealRequestTracker, **more: Any) -> Publisher:
    options = {"url": rt.url, "allow_private_network": True, "user": USER, "password_env": SECRET_ENV, "class": CLASS}
    return build_publisher(SourceConfig("rt", "request_tracker_articles", {**options, **more}, block="publish"))


@pytest.fixture(scope="module")
def prepared(request_tracker: RealRequestTracker) -> RealRequestTracker:
    """The server with a class of articles, and an account that may do nothing."""
    request_tracker.perl(_MAKE_CLASS)
    return request_tracker


@pytest.fixture
def articles(prepared: RealRequestTracker, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    monkeypatch.setitem(os.environ, SECRET_ENV, PASSWORD)
    return place(prepared)


def shown(rt: RealRequestTracker, remote_id: str) -> tuple[str, str, str]:
    article = rt.ask(f"/REST/2.0/article/{remote_id}")
    text = next(one["values"] for one in article["CustomFields"] if one["name"] == "Content")
    return article["Name"], "".join(text), article["Disabled"]


def test_from_first_to_last(request_tracker: RealRequestTracker, articles: Publisher) -> None:
    articles.check()
    item = Item("login/de", "Anmeldung gestört · E-Mail", "Guten Tag,\n\nwir wissen davon – „heute“ mehr.")
    number = articles.create(item)
    assert shown(request_tracker, number) == (item.title, item.text, "0")
    assert articles.standing()["login/de"] == number

    articles.retract(number)
    articles.retract(number)  # twice is once
    assert shown(request_tracker, number)[2] == "1"
    assert articles.standing()["login/de"] == number  # so that it is not made a second time

    changed = Item("login/de", "Anmeldung geht · E-Mail", "Es geht wieder.")
    articles.update(number, changed)
    assert shown(request_tracker, number) == (changed.title, changed.text, "0")


def test_what_is_gone_is_said_to_be_gone(articles: Publisher) -> None:
    with pytest.raises(GoneError):
        articles.update("99999", Item("x/de", "Nichts", "Nichts"))
    articles.retract("99999")


def test_what_is_missing_is_named(request_tracker: RealRequestTracker, articles: Publisher) -> None:
    with pytest.raises(SourceError, match=r"no class of articles 'Nowhere'.*Andrang") as refused:
        place(request_tracker, **{"class": "Nowhere"}).check()
    assert refused.value.permanent
    with pytest.raises(SourceError, match=r"no field 'Body'.*Content"):
        place(request_tracker, text_field="Body").check()
    weak = place(request_tracker, user="weak")
    with pytest.raises(SourceError, match="SeeClass"):
        weak.check()
    with pytest.raises(SourceError, match=r"\(403\)"):
        weak.create(Item("weak/de", "Weak", "Text"))


def test_a_title_that_is_taken_is_told(articles: Publisher) -> None:
    articles.create(Item("taken/de", "Taken", "One"))
    with pytest.raises(SourceError, match="another one there called 'Taken'"):
        articles.create(Item("taken/en", "Taken", "Two"))
