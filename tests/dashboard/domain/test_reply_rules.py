"""The life of a reply as a table: who may do what to which version."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.domain.people import Role
from dashboard.domain.replies import (
    ReplyError,
    Status,
    Step,
    check_text,
    clean,
    may_edit,
    may_see,
    refusal,
    status_after,
    steps_for,
)
from tests.dashboard.domain.reply_samples import reply

ADA: dict[str, Any] = {"name": "ada", "role": Role.AGENT}  # the author
BO: dict[str, Any] = {"name": "bo", "role": Role.AGENT}
PAT: dict[str, Any] = {"name": "pat", "role": Role.PLANNER}
KIM: dict[str, Any] = {"name": "kim", "role": Role.MANAGER}
ROOT: dict[str, Any] = {"name": "root", "role": Role.ADMINISTRATOR}
ADA_AS_MANAGER: dict[str, Any] = {"name": "ada", "role": Role.MANAGER}


@pytest.mark.parametrize(
    ("status", "who", "steps"),
    [
        (Status.DRAFT, ADA, (Step.SUBMIT,)),
        (Status.DRAFT, BO, ()),
        (Status.DRAFT, KIM, (Step.SUBMIT,)),
        (Status.IN_REVIEW, ADA, ()),
        (Status.IN_REVIEW, PAT, ()),
        (Status.IN_REVIEW, KIM, (Step.SEND_BACK, Step.APPROVE)),
        (Status.IN_REVIEW, ROOT, (Step.SEND_BACK, Step.APPROVE)),
        (Status.IN_REVIEW, ADA_AS_MANAGER, (Step.SEND_BACK, Step.OVERRIDE)),
        (Status.APPROVED, ADA, ()),
        (Status.APPROVED, BO, ()),
        (Status.APPROVED, KIM, (Step.WITHDRAW,)),
        (Status.APPROVED, ADA_AS_MANAGER, (Step.WITHDRAW,)),
        (Status.WITHDRAWN, KIM, ()),
    ],
)
def test_steps(status: Status, who: dict[str, Any], steps: tuple[Step, ...]) -> None:
    assert steps_for(reply(status=status), **who) == steps


def test_a_refusal_says_why() -> None:
    assert refusal(reply(status=Status.IN_REVIEW), Step.APPROVE, **ADA_AS_MANAGER) == "own_reply"
    assert refusal(reply(status=Status.IN_REVIEW), Step.APPROVE, **BO) == "no_right"
    assert refusal(reply(), Step.APPROVE, **KIM) == "not_in_review"
    assert refusal(reply(), Step.SUBMIT, **BO) == "not_author"
    with pytest.raises(ReplyError, match="own_reply"):
        status_after(reply(status=Status.IN_REVIEW), Step.APPROVE, **ADA_AS_MANAGER)


def test_where_steps_lead() -> None:
    assert status_after(reply(), Step.SUBMIT, **ADA) is Status.IN_REVIEW
    assert status_after(reply(status=Status.IN_REVIEW), Step.SEND_BACK, **KIM) is Status.DRAFT
    assert status_after(reply(status=Status.IN_REVIEW), Step.APPROVE, **KIM) is Status.APPROVED
    assert status_after(reply(status=Status.APPROVED), Step.WITHDRAW, **KIM) is Status.WITHDRAWN


@pytest.mark.parametrize(
    ("status", "who", "sees", "edits"),
    [
        (Status.APPROVED, BO, True, False),
        (Status.DRAFT, BO, False, False),
        (Status.DRAFT, ADA, True, True),
        (Status.DRAFT, KIM, True, True),
        (Status.IN_REVIEW, ADA, True, False),
        (Status.WITHDRAWN, BO, False, False),
        (Status.WITHDRAWN, KIM, True, False),
    ],
)
def test_seeing_and_editing(status: Status, who: dict[str, Any], sees: bool, edits: bool) -> None:
    assert may_see(reply(status=status), **who) is sees
    assert may_edit(reply(status=status), **who) is edits


def check(**changes: Any) -> None:
    text = {"channel": "call", "language": "de", "phases": ("investigating",), "title": "T", "body": "B"} | changes
    check_text(text.pop("title"), text.pop("body"), **text)


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"title": ""}, "title", "empty"),
        ({"title": "x" * 121}, "title", "too_long"),
        ({"title": "{{ incident.eta }}"}, "title", "blank_in_title"),
        ({"body": ""}, "body", "empty"),
        ({"body": "x" * 10_001}, "body", "too_long"),
        ({"body": "x" * 281, "channel": "social"}, "body", "too_long"),
        ({"body": "{{ incident.secret }}"}, "body", "unknown_blank"),
        ({"body": "abc\u202edef"}, "body", "hidden_character"),
        ({"body": "a\u200bb"}, "body", "hidden_character"),
        ({"body": "a\x00b"}, "body", "hidden_character"),
        ({"channel": "fax"}, "channel", "unknown_channel"),
        ({"language": "fr"}, "language", "unknown_language"),
        ({"phases": ()}, "phases", "no_phase"),
        ({"phases": ("later",)}, "phases", "no_phase"),
    ],
)
def test_texts_refused(changes: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(ReplyError) as caught:
        check(**changes)
    assert (caught.value.field, caught.value.code) == (field, code)


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ReplyError) as caught:
        check(title="", body="{{ incident.secret }}", phases=())
    found = [(one.field, one.code) for one in (caught.value, *caught.value.more)]
    assert found == [("title", "empty"), ("body", "unknown_blank"), ("phases", "no_phase")]


def test_texts_taken() -> None:
    check(body="<b>5 € & mehr</b>\n\n{{ agent.name }} 👩‍💻")


def test_cleaning() -> None:
    assert clean(" a  \r\nb\u0308\r\n\r\nc \n") == "a\nb̈\n\nc"
    assert clean("u\u0308ber") == "über"
