"""Tickets, conversations and calls of Intercom, each over four pages, in no particular order."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

PAGE = 5
TICKET_STATES = ("submitted", "in_progress", "waiting_on_customer", "resolved", "resolved", "submitted") * 3
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def seconds(moment: datetime) -> int:
    """A time as Intercom writes it."""
    return int(moment.timestamp())


def _config(kind: str, url: str, **options: Any) -> SourceConfig:
    block = {"url": url, "allow_private_network": True, "token_env": SECRET_ENV, "history_days": 1.5, **options}
    return SourceConfig("intercom", kind, block, {"814865": "support"})


def _list(rows: list[dict[str, Any]], request: Request, *, key: str) -> Answer:
    """A page of a search: what the two bounds on updated_at leave, and the way to the next."""
    asked = request.json()
    for bound in asked["query"]["value"]:
        value = bound["value"]
        above = bound["operator"] == ">"
        rows = [r for r in rows if (r["updated_at"] > value if above else r["updated_at"] < value)]
    size = asked["pagination"]["per_page"]
    begin = int(asked["pagination"].get("starting_after", "0"))
    following = {"per_page": size, "starting_after": str(begin + size)} if begin + size < len(rows) else None
    pages = {"type": "pages", "page": begin // size + 1, "per_page": size, "total_pages": -(-len(rows) // size)}
    if following:
        pages["next"] = following
    return Answer(
        body={"type": key[:-1] + ".list", key: rows[begin : begin + size], "total_count": len(rows), "pages": pages}
    )


def _teams() -> Answer:
    team = {"type": "team", "id": "814865", "name": "Front line", "admin_ids": [493881]}
    return Answer(body={"type": "team.list", "teams": [team]})


@dataclass
class IntercomTicketsRig:
    """Eighteen tickets; the newest change first, one told twice, one told in its later state as well."""

    KIND: str = "intercom"
    now: datetime = NOW

    def config(self, url: str) -> SourceConfig:
        """Small pages."""
        return _config(self.KIND, url, page_size=PAGE)

    def expected(self) -> set[str]:
        """All tickets of customers."""
        return {str(5000 + number) for number in range(len(TICKET_STATES)) if number != 5}

    def ticket(self, number: int, state: str | None = None, *, changed: datetime | None = None) -> dict[str, Any]:
        """A ticket with its history."""
        state = state or TICKET_STATES[number]
        created = self.now - timedelta(hours=30) + timedelta(hours=number)
        changed = changed or created + timedelta(minutes=30)
        parts = [] if state == "submitted" else [_part(created + timedelta(minutes=5), "submitted", "in_progress")]
        if state == "resolved":
            parts.append(_part(changed, "in_progress", "resolved"))
        category = "Back-office" if number == 5 else "Customer"
        return {
            "type": "ticket",
            "id": str(5000 + number),
            "ticket_id": str(number),
            "category": category,
            "ticket_attributes": {"_default_title_": "Locked out"},
            "ticket_state": {"type": "ticket_state", "id": "1", "category": state, "internal_label": "as they call it"},
            "ticket_type": {"type": "ticket_type", "id": "7", "category": category, "name": "Login"},
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": f"66a{number % 4}"}]},
            "admin_assignee_id": "0",
            "team_assignee_id": "814865" if number % 2 else "0",
            "created_at": seconds(created),
            "updated_at": seconds(changed),
            "open": state != "resolved",
            "ticket_parts": {"type": "ticket_part.list", "ticket_parts": parts, "total_count": len(parts)},
        }

    def told(self) -> list[dict[str, Any]]:
        """The rows of a search without bounds."""
        rows = [self.ticket(number) for number in range(len(TICKET_STATES))]
        rows.insert(PAGE, rows[PAGE - 1])
        late = self.ticket(0, "resolved", changed=self.now - timedelta(minutes=1))
        return [*rows, late]

    def answer(self, request: Request) -> Answer:
        """One page, or the teams."""
        if request.path == "/teams":
            return _teams()
        if request.path != "/tickets/search":
            return Answer(404, {"type": "error.list", "errors": [{"code": "not_found", "message": "Not found"}]})
        return _list(self.told(), request, key="tickets")


def _part(at: datetime, before: str, after: str) -> dict[str, Any]:
    return {
        "type": "ticket_part",
        "id": str(seconds(at)),
        "part_type": "ticket_state_updated_by_admin",
        "previous_ticket_state": before,
        "ticket_state": after,
        "created_at": seconds(at),
        "updated_at": seconds(at),
        "author": {"type": "admin", "id": "274", "name": "Operator", "email": "operator@example.com"},
    }


@dataclass
class IntercomConversationsRig:
    """Sixteen conversations, two of which are not contacts of this kind."""

    KIND: str = "intercom_conversations"
    now: datetime = NOW

    def config(self, url: str) -> SourceConfig:
        """Small pages."""
        return _config(self.KIND, url, page_size=PAGE)

    def expected(self) -> set[str]:
        """All but the call, and the campaign that nobody answered."""
        return {str(9000 + number) for number in range(16) if number not in (6, 7)}

    def conversation(self, number: int, *, closed: bool = False) -> dict[str, Any]:
        """Every fourth is closed, every second was replied to."""
        created = self.now - timedelta(hours=20) + timedelta(hours=number)
        replied = number % 2 == 1 or closed
        closed = closed or number % 4 == 3
        changed = self.now - timedelta(minutes=1) if closed and number == 0 else created + timedelta(minutes=40)
        first = created + timedelta(minutes=3) if number != 7 else None
        return {
            "type": "conversation",
            "id": str(9000 + number),
            "title": None,
            "created_at": seconds(created),
            "updated_at": seconds(changed),
            "waiting_since": None,
            "snoozed_until": None,
            "open": not closed,
            "state": "closed" if closed else "open",
            "read": True,
            "priority": "not_priority",
            "admin_assignee_id": None,
            "team_assignee_id": 814865 if number % 3 else None,
            "source": {
                "type": "phone_call" if number == 6 else ("email", "conversation", "whatsapp", "facebook")[number % 4],
                "id": str(number),
                "delivered_as": "campaigns_initiated" if number in (7, 9) else "customer_initiated",
                "author": {"type": "user", "id": "1", "name": None, "email": "a@example.com"},
            },
            "contacts": {"type": "contact.list", "contacts": [{"type": "contact", "id": f"66a{number % 4}"}]},
            "first_contact_reply": {"created_at": seconds(first), "type": "conversation"} if first else None,
            "statistics": {
                "type": "conversation_statistics",
                **({"first_admin_reply_at": seconds(created + timedelta(minutes=8))} if replied else {}),
                **({"last_close_at": seconds(changed)} if closed else {}),
            },
            "ai_agent_participated": False,
        }

    def answer(self, request: Request) -> Answer:
        """One page, or the teams."""
        if request.path == "/teams":
            return _teams()
        if request.path != "/conversations/search":
            return Answer(404, {"type": "error.list", "errors": [{"code": "not_found", "message": "Not found"}]})
        rows = [self.conversation(number) for number in range(16)]
        rows.insert(PAGE, rows[PAGE - 1])
        return _list([*rows, self.conversation(0, closed=True)], request, key="conversations")


@dataclass
class IntercomCallsRig:
    """Eighty calls, newest first, twenty-five a page; the first is shown twice, later over than before."""

    KIND: str = "intercom_calls"
    now: datetime = NOW

    def config(self, url: str) -> SourceConfig:
        """One queue for all."""
        return _config(self.KIND, url, queue="phones")

    def expected(self) -> set[str]:
        """All inbound calls."""
        return {str(300 + number) for number in range(80) if number % 10}

    def call(self, number: int) -> dict[str, Any]:
        """Every tenth is outbound, every third abandoned; the last two are still there."""
        begun = self.now - timedelta(minutes=10 * (80 - number))
        answered = begun + timedelta(seconds=30) if number % 3 and number != 78 else None
        ended = begun + timedelta(minutes=5) if number < 78 else None
        return {
            "type": "call",
            "id": str(300 + number),
            "state": "completed" if ended else "in_progress",
            "initiated_at": begun.isoformat().replace("+00:00", "Z"),
            **({"answered_at": seconds(answered)} if answered else {}),
            **({"ended_at": seconds(ended)} if ended else {}),
            "created_at": seconds(begun),
            "updated_at": seconds(ended or begun),
            "call_type": "phone",
            "direction": "inbound" if number % 10 else "outbound",
            "ended_reason": "completed" if ended else None,
            "phone": f"+4930123456{number % 7}",
        }

    def answer(self, request: Request) -> Answer:
        """One page of the list."""
        if request.path != "/calls":
            return Answer(404, {"type": "error.list", "errors": [{"code": "not_found", "message": "Not found"}]})
        rows = [self.call(number) for number in reversed(range(80))]
        size, page = min(int(request.one("per_page")), 25), int(request.one("page"))
        rows.insert(size, rows[size - 1])  # a call came in while the list was read, and shifted it
        total = -(-len(rows) // size)
        pages = {"type": "pages", "page": page, "per_page": size, "total_pages": total}
        found = rows[(page - 1) * size : page * size]
        return Answer(body={"type": "list", "data": found, "total_count": len(rows), "pages": pages})
