"""Texts and entries that mean harm: nothing of them is run, hidden or half-filled in what an agent copies."""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from dashboard.components.reply_difference import marked
from dashboard.components.reply_preview import body as preview_body
from dashboard.components.words import Words
from dashboard.domain.placeholders import TemplateError, fill
from dashboard.domain.replies import ReplyError
from dashboard.domain.text_difference import Side, difference
from dashboard.services.replies import reply_memory
from tests.dashboard.services.desk_store import AGENT, OTHER_AGENT, store
from tests.dashboard.services.replies.reply_shelf import FACTS, approved, draft, shown

SCRIPTS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    '"><svg/onload=alert(1)>',
    "</textarea><script>alert(1)</script>",
    "&lt;b&gt;",
]
TEMPLATES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ incident.__class__ }}",
    "{{ incident.eta.__init__ }}",
    "{{ config }}",
    "{{ 7*7 }}",
    "{{ self }}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{{ incident.eta|attr('__class__') }}",
    "{{ incident.eta|time|attr('x') }}",
    '{{ "a"|du("{{ agent.name }}") }}',
    "{{ agent.name|default(incident.eta) }}",
    "{% for x in range(10**9) %}x{% endfor %}",
    "{% include '/etc/passwd' %}",
    "{# comment #}",
    "{{",
    "}}",
    "{{ {{ agent.name }} }}",
]
HIDDEN = [
    *("\u202e", "\u2066", "\u200b", "\u200f", "\u2060", "\ufeff", "\u00ad", "\u061c", "\u2028", "\u0000"),
    *("a\u200db", "\U000e0041"),
]
ENGLAND = "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
FAMILY, CODER, BURNING = (
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "\U0001f469\u200d\U0001f4bb",
    "\u2764\ufe0f\u200d\U0001f525",
)
VISIBLE = [FAMILY, CODER, BURNING, ENGLAND, "e\u0301", "Ελλάδα", "שלום", "مرحبا", "𝔘"]
HUGE = [
    "x" * 1_000_000,
    "{{ " * 300_000,
    "{{ 'a" * 200_000,
    "{{ a.b" + " " * 1_000_000,
    "\n" * 1_000_000 + "x" * 11_000,
]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as session:
        yield session


@pytest.mark.parametrize("attack", SCRIPTS)
def test_markup_is_copied_and_shown_as_text(session: Session, attack: str) -> None:
    reply = approved(session, body=f"{attack} {{{{ agent.customer }}}}", title=f"T {attack}")
    seen = shown(session, reply, facts=FACTS.changed(cause=attack), agent={"agent.customer": attack})
    assert seen.text == f"{attack} {attack}"
    drawn = preview_body(seen, Words("de"), {}).to_plotly_json()
    assert attack in str(drawn["props"]["data-copy"])
    assert "dangerously" not in str(drawn)  # children are strings, which the browser writes as text
    assert marked(difference("", attack), Words("de"), language="de").to_plotly_json()


@pytest.mark.parametrize("attack", TEMPLATES)
def test_a_template_is_refused_when_written_and_inert_as_an_entry(session: Session, attack: str) -> None:
    with pytest.raises(ReplyError, match="unknown_blank"):
        draft(session, body=f"Hallo {attack}")
    reply = approved(session, body="Hallo {{ agent.customer }}")
    assert shown(session, reply, agent={"agent.customer": attack}).text == f"Hallo {attack}"


@pytest.mark.parametrize("sign", HIDDEN)
def test_hidden_signs_are_refused_in_texts_and_taken_out_of_entries(session: Session, sign: str) -> None:
    for field in ("body",) if sign.isspace() else ("title", "body"):  # a title has no lines, and loses such signs
        with pytest.raises(ReplyError, match="hidden_character"):
            draft(session, **{field: f"Guten {sign} Tag"})
    reply = approved(session, body="{{ agent.customer }}: {{ incident.cause }}")
    seen = shown(
        session, reply, facts=FACTS.changed(cause=f"Um{sign}zug"), agent={"agent.customer": f"Frau{sign}Meier"}
    )
    assert seen.text is not None
    assert sign.strip("ab") not in seen.text


@pytest.mark.parametrize("sign", VISIBLE)
def test_what_is_seen_is_kept(session: Session, sign: str) -> None:
    reply = approved(session, body=f"Guten Tag {sign}, {{{{ agent.customer }}}}")
    kept = unicodedata.normalize("NFC", sign)
    assert shown(session, reply, agent={"agent.customer": sign}).text == f"Guten Tag {kept}, {sign}"


@pytest.mark.parametrize(
    "huge",
    ["x" * 1_000_000, "{{ " * 300_000, "{{ 'a" * 200_000, "{{ a.b" + " " * 1_000_000, "\n" * 1_000_000 + "x" * 11_000],
)
def test_a_megabyte_is_refused_at_once(session: Session, huge: str) -> None:
    begun = time.process_time()
    with pytest.raises(ReplyError):
        draft(session, body=huge)
    with pytest.raises((ReplyError, TemplateError)):
        fill(f"{huge}{{{{ x }}}}", {})
    assert time.process_time() - begun < 2.0


def test_a_huge_entry_is_cut_and_its_difference_is_found_in_time(session: Session) -> None:
    reply = approved(session, body="{{ agent.customer }}")
    text = shown(session, reply, agent={"agent.customer": "y" * 1_000_000}).text
    assert text == "y" * 300
    begun = time.process_time()
    pieces = difference("a b " * 5_000, "b a\n" * 5_000)
    assert "".join(p.text for p in pieces if p.side is not Side.AFTER) == "a b " * 5_000
    assert time.process_time() - begun < 2.0


def test_what_an_account_keeps_is_its_own_and_bounded(session: Session) -> None:
    reply_memory.keep_entries(session, {"agent.name": "Kim\u202e " * 1000, "incident.eta": "gleich"}, by=AGENT)
    kept = reply_memory.memory(session, by=AGENT)
    assert set(kept.entries) == {"agent.name"}
    assert len(kept.entries["agent.name"]) <= 300
    assert reply_memory.memory(session, by=OTHER_AGENT).entries == {}
    places = [reply_memory.toggle_favourite(session, f"reply-{n}", by=AGENT) for n in range(11)]
    assert places == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9]
    assert reply_memory.toggle_favourite(session, "reply-0", by=AGENT) is None
    assert reply_memory.toggle_favourite(session, "reply-99", by=AGENT) == 1
