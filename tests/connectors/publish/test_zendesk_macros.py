"""Publishing to Zendesk, on a fake that follows the vendor's documentation."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.errors import ConfigError, SourceError
from connectors.publish import GoneError, Item, build_publisher
from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET, Answer, FakeVendor, without_waiting
from tests.connectors.publish.macro_rig import MacroRig

ITEM = Item("login/de", "Anmeldung gestört", "Guten Tag {{ticket.requester.name}},\nwir wissen davon.")


@pytest.fixture
def vendor() -> Iterator[FakeVendor]:
    with without_waiting(), FakeVendor(MacroRig()) as vendor:
        yield vendor


def test_from_first_to_last(vendor: FakeVendor) -> None:
    rig: MacroRig = vendor.rig  # type: ignore[assignment]
    place = build_publisher(vendor.config())
    place.check()
    assert place.standing() == {}
    number = place.create(ITEM)
    assert rig.ours()["login/de"]["title"] == "Andrang::Anmeldung gestört"
    assert rig.ours()["login/de"]["actions"][0] == {"field": "comment_value", "value": ITEM.text}
    place.retract(number)
    assert rig.ours()["login/de"]["active"] is False
    assert place.standing() == {"login/de": number}  # found again over three pages, though it is off
    place.update(number, Item("login/de", "Anmeldung geht", "Es geht wieder."))
    assert rig.ours()["login/de"]["active"] is True
    assert rig.ours()["login/de"]["actions"][0]["value"] == "Es geht wieder."
    del rig.macros[int(number)]
    with pytest.raises(GoneError, match="no longer there"):
        place.update(number, ITEM)
    place.retract(number)


def test_what_was_made_by_hand_is_not_touched(vendor: FakeVendor) -> None:
    rig: MacroRig = vendor.rig  # type: ignore[assignment]
    before = {number: dict(macro) for number, macro in rig.macros.items()}
    place = build_publisher(vendor.config())
    place.retract(place.create(ITEM))
    assert {number: rig.macros[number] for number in before} == before


def test_a_macro_is_made_once_though_the_answer_is_lost() -> None:
    def lost(request: object, asked: object) -> Answer:
        answer = asked(request)  # type: ignore[operator]
        return Answer(503) if request.method == "POST" else answer  # type: ignore[attr-defined]

    with without_waiting(), FakeVendor(MacroRig(), fault=lost) as vendor:
        place = build_publisher(vendor.config())
        with pytest.raises(SourceError, match="503"):
            place.create(ITEM)
        assert [one.method for one in vendor.requests] == ["POST"]
        assert list(place.standing()) == ["login/de"]  # so the next round changes it instead of making a second


def test_refusals_are_told_without_the_secret() -> None:
    def refuse(request: object, asked: object) -> Answer:
        return Answer(403, {"error": f"{SECRET} may not"})

    with without_waiting(), FakeVendor(MacroRig(), fault=refuse) as vendor:
        with pytest.raises(SourceError, match="give the account the right to do this") as refused:
            build_publisher(vendor.config()).create(ITEM)
        assert refused.value.permanent
        assert refused.value.status == 403
        assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "url"),
        ({"url": "https://x.example"}, "email and api_token_env"),
        ({"url": "https://x.example", "api_token": "secret"}, "must not stand in the config"),
        ({"url": "http://x.example", "oauth_token_env": "X"}, "https"),
        ({"url": "https://x.example", "oauth_token_env": "X", "categry": "A"}, "unknown key categry"),
    ],
)
def test_blocks_that_cannot_work_are_named(options: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        build_publisher(SourceConfig("zd", "zendesk_macros", options, block="publish"))
    assert "[publish.zd]" in str(refused.value)


def test_unknown_kinds_are_refused() -> None:
    with pytest.raises(ConfigError, match="request_tracker_articles, zendesk_macros"):
        build_publisher(SourceConfig("x", "fax", {}, block="publish"))
