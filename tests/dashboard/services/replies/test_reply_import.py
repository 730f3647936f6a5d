"""Importing: each system's shape, placeholders, bad input, and all or nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from connectors.storage.read import get_audit, get_replies
from dashboard.services.replies.reply_import import Choices, Plan, carry_out, guessed_language, plan_import
from dashboard.services.replies.reply_import_files import ROWS_MAX, ImportFileError, read_rows
from dashboard.services.replies.reply_import_shapes import RowError
from dashboard.services.replies.reply_import_text import plain_text
from tests.dashboard.services.desk_store import NOW, store
from tests.dashboard.services.replies.import_samples import (
    CHATWOOT,
    FREESCOUT,
    OWN_YAML,
    ZAMMAD_CSV,
    ZENDESK_PAGES,
    as_bytes,
)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with store(tmp_path) as session:
        yield session


def planned(session: Session, content: bytes, system: str, *, name: str = "export.json", **choices: object) -> Plan:
    rows = read_rows(content, name=name)
    return plan_import(session, rows, choices=Choices(system, **choices), by="kim", now=NOW)  # type: ignore[arg-type]


def test_chatwoot(session: Session) -> None:
    plan = planned(session, as_bytes({"payload": CHATWOOT}), "chatwoot")
    first, second = plan.drafts
    assert (first.key, first.title, first.channel, first.language) == (
        "chatwoot-refund-status", "refund status", "chat", "en",
    )  # fmt: skip
    assert first.body.startswith("Hello {{ agent.customer }}, your refund")  # first and last name are one blank
    assert first.body.endswith("Regards, {{ agent.name }}")
    assert "[contact.custom_attribute.plan]" in second.body
    assert [told.message for told in plan.warnings if "custom_attribute" in told.message]
    assert plan.mapped["agent.name", "agent.name"] == 0  # the same word needs no mention
    assert plan.mapped["contact.first_name", "agent.customer"] == 1


def test_zammad(session: Session) -> None:
    plan = planned(session, ZAMMAD_CSV.encode(), "zammad", name="text_modules.csv")
    (draft,) = plan.drafts
    assert draft.body == (
        "Guten Tag {{ agent.customer }},\n\ndas Passwort lässt sich nicht zurücksetzen.\n\n"
        "– Bitte warten\n– Vorgang {{ agent.ticket }}\n\n{{ agent.name }}"
    )
    assert (draft.tags, draft.language, draft.channel) == (("kennwort", "zugang"), "de", "ticket")
    assert [told.message for told in plan.skipped] == ["it is switched off there"]
    assert len(planned(session, ZAMMAD_CSV.encode(), "zammad", name="t.csv", disabled_too=True).drafts) == 2


def test_freescout(session: Session) -> None:
    (draft,) = planned(session, as_bytes(FREESCOUT), "freescout").drafts
    assert draft.body.startswith("Hi {{ agent.customer }},\n\nyour parcel is late.")
    assert "Status (https://status.example.com/now)" in draft.body
    assert "alert" not in draft.body
    assert (draft.channel, draft.key) == ("email", "freescout-12")


def test_zendesk_pages(session: Session) -> None:
    plan = planned(session, as_bytes(ZENDESK_PAGES), "zendesk")
    assert [(d.title, d.tags) for d in plan.drafts] == [("We know of it", ("Outage", "Login")), ("Plain", ())]
    assert plan.drafts[0].body.split("\n\n")[1].endswith("Your ticket is {{ agent.ticket }}.")
    assert plan.drafts[1].body == "This is the text for you and me."
    assert [told.message for told in plan.skipped] == [
        "it holds no text for the customer",
        "it is switched off there",
    ]


def test_own_columns_as_yaml_and_csv(session: Session) -> None:
    (draft,) = planned(session, OWN_YAML.encode(), "csv", name="own.yml").drafts
    assert (draft.key, draft.phases, draft.channel) == ("late-parcel", ("investigating", "identified"), "chat")
    rows = "title;body;language\r\nHallo;Guten Tag;de\r\n".encode("utf-16")
    (draft,) = planned(session, rows, "csv", name="own.csv").drafts
    assert (draft.key, draft.body) == ("hallo", "Guten Tag")


def test_all_or_nothing_and_again(session: Session) -> None:
    plan = planned(session, as_bytes(CHATWOOT), "chatwoot")
    assert carry_out(session, plan, file="export.json", by="kim", now=NOW) == 2
    assert {(row.status, row.author) for row in get_replies(session)} == {("draft", "kim")}
    assert get_audit(session)[0].detail == "2 drafts"
    again = planned(session, as_bytes(CHATWOOT), "chatwoot")
    assert (again.drafts, len(again.skipped)) == ([], 2)
    changed = [{**CHATWOOT[0], "content": "Another text for you and the bank."}]
    busy = planned(session, as_bytes(changed), "chatwoot")
    assert "is writing on" in busy.skipped[0].message

    broken = planned(session, as_bytes([{"short_code": "x", "content": "{% if a %}b{% endif %}"}]), "chatwoot")
    assert "decides something" in broken.errors[0].message
    with pytest.raises(RowError, match="nothing was stored"):
        carry_out(session, broken, file="export.json", by="kim", now=NOW)


def test_a_new_text_of_a_finished_reply_becomes_its_next_version(session: Session) -> None:
    plan = planned(session, as_bytes(CHATWOOT[:1]), "chatwoot")
    carry_out(session, plan, file="export.json", by="kim", now=NOW)
    from connectors.storage.write import set_reply_status
    from dashboard.services.replies.reply_library import mark_changed

    set_reply_status(session, "chatwoot-refund-status", 1, language="en", status="approved", approver="lou", now=NOW)
    mark_changed(session, NOW)
    changed = [{**CHATWOOT[0], "content": "Your refund is on your account and that is it."}]
    (draft,) = planned(session, as_bytes(changed), "chatwoot").drafts
    assert draft.version == 2


def test_duplicates_inside_a_file(session: Session) -> None:
    twice = [CHATWOOT[0], {**CHATWOOT[0], "short_code": "other"}]
    plan = planned(session, as_bytes(twice), "chatwoot")
    assert len(plan.drafts) == 1
    assert plan.skipped[0].message == "the same text is there already: entry 1"
    clash = [CHATWOOT[0], {**CHATWOOT[1], "short_code": "refund_status"}]
    assert "second entry" in planned(session, as_bytes(clash), "chatwoot").errors[0].message


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("SchÃ¶ne GrÃ¼ÃŸe von der Post und der Bank", "damaged"),
        ("Das ist f\ufffdr Sie und die anderen", "damaged"),
        ("{# note #} the text is for you", "decides something"),
        ("the " * 2_600, "at most 10000"),
        ("the text }} is for you and me", "no placeholder"),
        ("12345 67890", "language cannot be told"),
    ],
)
def test_entries_that_cannot_be_taken_say_why(body: str, words: str, session: Session) -> None:
    plan = planned(session, as_bytes([{"title": "T", "body": body}]), "csv")
    assert not plan.drafts
    assert words in " ".join(told.message for told in plan.errors)
    assert plan.errors[0].place == "entry 1"


def test_invisible_signs_are_taken_out_and_told(session: Session) -> None:
    body = "This is \u200bthe\u202e text for you"
    plan = planned(session, as_bytes([{"title": "T", "body": body}]), "csv")
    assert plan.drafts[0].body == "This is the text for you"
    assert plan.warnings[0].message == "2 invisible signs were taken out"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"", "a.csv", "empty"),
        (b"   \n", "a.json", "empty"),
        ("title,body\nGrüße,für Sie\n".encode("cp1252"), "a.csv", "line 2 is not utf-8"),
        ("title,body\nA,B\n".encode("utf-16-le"), "a.csv", "zero bytes"),
        (b"title\nonly one\n", "a.csv", "two columns"),
        (b"title,body\na,b,c\n", "a.csv", "more fields"),
        (b'title,body\na,"b\n', "a.csv", "no CSV"),
        (b'{"a": 1', "a.json", "no JSON"),
        (b'{"a": 1}', "a.json", "list of replies"),
        (b"[1, 2]", "a.json", "entry 1"),
        (b"[" * 100_000, "a.json", "nested"),
        (b"a: [", "a.yaml", "no YAML"),
        (b"a: &x [1]\nreplies: *x\n", "a.yaml", "aliases"),
        (b"replies: []", "a.yaml", "no entry"),
        (b"- !!python/object/apply:os.system [ls]", "a.yaml", "no YAML"),
        (b"x" * 20_000_001, "a.csv", "MB"),
    ],
)
def test_files_that_cannot_be_read_say_why(content: bytes, name: str, words: str) -> None:
    with pytest.raises(ImportFileError, match=words):
        read_rows(content, name=name)


def test_fifty_thousand_rows_are_refused_in_words() -> None:
    rows = "title,body\n" + "".join(f"T{n},text {n}\n" for n in range(50_000))
    with pytest.raises(ImportFileError, match=f"50000 entries, at most {ROWS_MAX}"):
        read_rows(rows.encode(), name="a.csv")


def test_the_limit_of_others_for_a_cell_stays_as_it_was() -> None:
    before = csv.field_size_limit()
    list(read_rows(b"key,body\na,b\n", name="x.csv"))
    with pytest.raises(ImportFileError):
        list(read_rows(b'key,body\n"a', name="x.csv"))
    assert csv.field_size_limit() == before


def test_the_encoding_can_be_named() -> None:
    (row,) = read_rows("title,body\nGrüße,für Sie\n".encode("cp1252"), name="a.csv", encoding="cp1252")
    assert row.values["title"] == "Grüße"
    with pytest.raises(ImportFileError, match="no encoding is called"):
        read_rows(b"a,b\n1,2\n", name="a.csv", encoding="klingon")


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain < text > stays", "plain < text > stays"),
        ("<p>a</p><p>b</p>", "a\n\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<ol><li>x</li><li>y</li></ol>z", "– x\n– y\n\nz"),
        ("<style>p{}</style><p>&lt;b&gt; &amp; &uuml;&nbsp;x</p>", "<b> & ü x"),
        ('<a href="mailto:a@example.com">a@example.com</a>', "a@example.com"),
        ('<a href="javascript:alert(1)">click</a>', "click"),
        ("<div><div>deep</div></div>", "deep"),
        ("<b>unclosed", "unclosed"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    assert plain_text(html) == text


def test_the_language_is_told_by_small_words() -> None:
    assert guessed_language("Das ist für die Kunden und nicht für uns") == "de"
    assert guessed_language("This is for the customers and not for us") == "en"
    assert guessed_language("4711") == ""
