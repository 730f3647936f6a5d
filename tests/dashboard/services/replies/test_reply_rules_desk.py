"""The house's rules at work: what an installation sets, what review refuses, what cannot be copied."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dashboard.domain.replies import ReplyError, Status, Step
from dashboard.domain.reply_lint import Rules
from dashboard.services.replies import reply_desk
from dashboard.services.replies.reply_review import Entry, save_draft, take_step
from dashboard.services.replies.reply_rules import common_rules, read_over, reply_rules
from dashboard.settings import RepliesSettings, Settings
from tests.dashboard.services.desk_store import AGENT, BERLIN, MANAGER, NOW, store

STRICT = Rules(hosts=("status.example.com",))


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as opened:
        yield opened


def draft(session: Session, body: str, channel: str = "chat") -> str:
    return save_draft(session, Entry("de", channel, ("identified",), "Probe", body), by=AGENT, now=NOW).id


def test_an_installation_puts_its_own_words_in_place_of_ours() -> None:
    own = Settings(replies=RepliesSettings(forbidden_de=("Zebra*",), allowed_links=("a.example",)))
    assert reply_rules(own).promises["de"] == ("Zebra*",)
    assert reply_rules(own).promises["en"] == common_rules().promises["en"]
    assert reply_rules(own).hosts == ("a.example",)
    codes = [one.code for one in read_over("Zebras", channel="chat", language="de", phases=(), settings=own)]
    assert codes == ["promise"]


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_product_comes_with_a_list(language: str) -> None:
    assert len(common_rules().promises[language]) >= 20


def test_a_link_to_a_stranger_is_saved_but_not_handed_in(session: Session) -> None:
    reply_id = draft(session, "Mehr unter https://evil.example")
    with pytest.raises(ReplyError) as refused:
        take_step(session, reply_id, step=Step.SUBMIT, by=AGENT, now=NOW, rules=STRICT)
    assert (refused.value.code, refused.value.values["got"]) == ("strange_link", "https://evil.example")


def test_a_list_made_stricter_meanwhile_holds_at_approval(session: Session) -> None:
    reply_id = draft(session, "Mehr unter https://evil.example")
    take_step(session, reply_id, step=Step.SUBMIT, by=AGENT, now=NOW)
    with pytest.raises(ReplyError, match="strange_link"):
        take_step(session, reply_id, step=Step.APPROVE, by=MANAGER, now=NOW, rules=STRICT)
    sent_back = take_step(session, reply_id, step=Step.SEND_BACK, by=MANAGER, now=NOW, rules=STRICT)
    assert sent_back.status is Status.DRAFT


def test_a_post_too_long_once_filled_is_not_copied(session: Session) -> None:
    reply_id = draft(session, "x" * 200 + "{{ agent.customer }}", "social")
    take_step(session, reply_id, step=Step.SUBMIT, by=AGENT, now=NOW, rules=STRICT)
    take_step(session, reply_id, step=Step.APPROVE, by=MANAGER, now=NOW, rules=STRICT)
    for length, blocked in ((80, None), (81, "too_long")):
        made = reply_desk.preview(
            session, reply_id, by=AGENT, facts=None, agent={"agent.customer": "y" * length}, zone=BERLIN, now=NOW
        )
        assert made is not None
        assert made.blocked == blocked
        assert (made.text is None) is (blocked is not None)
