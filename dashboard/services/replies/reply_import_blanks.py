"""Other systems' placeholders: those an agent's field stands for, and those that nobody here can fill."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

_CUSTOMER, _AGENT, _TICKET, _PHONE = "agent.customer", "agent.name", "agent.ticket", "agent.phone"
# What each system calls it, in lower case.
KNOWN: Final[Mapping[str, Mapping[str, str]]] = {
    "chatwoot": {
        **dict.fromkeys(("contact.name", "contact.first_name", "contact.last_name"), _CUSTOMER),
        **dict.fromkeys(("agent.name", "agent.first_name", "agent.last_name"), _AGENT),
        **dict.fromkeys(("conversation.id", "conversation.display_id"), _TICKET),
        "contact.phone": _PHONE,
        "contact.phone_number": _PHONE,
    },
    "zammad": {
        **dict.fromkeys(
            ("ticket.customer.firstname", "ticket.customer.lastname", "ticket.customer.fullname"), _CUSTOMER
        ),
        **dict.fromkeys(
            ("user.firstname", "user.lastname", "user.fullname", "ticket.owner.firstname", "ticket.owner.fullname"),
            _AGENT,
        ),
        **dict.fromkeys(("ticket.number", "ticket.id"), _TICKET),
        "ticket.customer.phone": _PHONE,
        "ticket.customer.mobile": _PHONE,
    },
    "freescout": {
        **dict.fromkeys(("customer.fullname", "customer.firstname", "customer.lastname"), _CUSTOMER),
        **dict.fromkeys(("user.fullname", "user.firstname", "user.lastname", "mailbox.fromname"), _AGENT),
        "conversation.number": _TICKET,
        "user.phone": _PHONE,
    },
    "zendesk": {
        **dict.fromkeys(
            ("ticket.requester.name", "ticket.requester.first_name", "ticket.requester.last_name"), _CUSTOMER
        ),
        **dict.fromkeys(
            (
                *("current_user.name", "current_user.first_name", "current_user.last_name", "current_user.signature"),
                *("ticket.assignee.name", "ticket.assignee.first_name"),
            ),
            _AGENT,
        ),
        "ticket.id": _TICKET,
        "ticket.requester.phone": _PHONE,
    },
    "csv": {},
}
_BRACES: Final = re.compile(r"\{\{-?\s*([^{}]*?)\s*-?\}\}")
_WRITTEN: Final[Mapping[str, re.Pattern[str]]] = {
    "chatwoot": _BRACES,
    "zendesk": _BRACES,
    "zammad": re.compile(r"#\{\s*([^{}]*?)\s*\}"),
    "freescout": re.compile(r"\{%\s*([a-zA-Z][\w.]*(?:\s*,[^{}%]*)?)\s*%\}"),
    "csv": _BRACES,
}
_LOGIC: Final = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.DOTALL)
_NAME_END: Final = re.compile(r"[|,]")  # a filter, or a fallback, follows
_AGAIN: Final = re.compile(r"(\{\{ agent\.\w+ \}\})(?:\s+\1)+")


@dataclass(frozen=True, slots=True)
class Blanks:
    """A text in our blanks; `mapped` and `unknown` are the placeholders it had, `logic` what cannot be carried over."""

    text: str
    mapped: Mapping[str, str]
    unknown: tuple[str, ...]
    logic: str = ""


def our_blanks(body: str, *, system: str, own: frozenset[str]) -> Blanks:
    """Put our blanks in the place of another system's; unknown ones become `[name]`, which a person has to replace.

    `own` are the names of our own blanks, which stay as they are.
    """
    known, mapped, unknown = KNOWN[system], {}, []

    def put(found: re.Match[str]) -> str:
        name = _NAME_END.split(found.group(1))[0].strip()
        ours = known.get(name.casefold()) or (name if name in own else None)
        if ours is None:
            unknown.append(name or found.group())
            return f"[{name}]"
        if ours != name:
            mapped[name] = ours
        return f"{{{{ {ours} }}}}"

    text = _WRITTEN[system].sub(put, body)
    # First and last name become the same blank, which is filled once.
    text = _AGAIN.sub(r"\1", text)
    logic = _LOGIC.search(text)
    return Blanks(text, mapped, tuple(dict.fromkeys(unknown)), logic.group()[:60] if logic else "")
