"""Deleted and merged tickets, which no search for tickets finds: RT's transactions tell of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from connectors.errors import RecordError, SourceError
from connectors.http import Answer, HttpClient, expect, field, number_pages
from connectors.mapping import TicketStatus, identity, map_records, ticket_event, utc
from connectors.records import ContactEvent, RejectedRecord
from connectors.source import SourceConfig
from connectors.sources.request_tracker.tickets import queue_name

TRANSACTIONS, TICKET = "/REST/2.0/transactions", "/REST/2.0/ticket/{}"
_QUESTION = "ObjectType = 'RT::Ticket' AND ((Type = 'Status' AND NewValue = 'deleted') OR Field = 'MergedInto')"
_FIELDS = "ObjectId,Type,NewValue,Created"


def last_transaction(client: HttpClient, config: SourceConfig) -> int:
    """The number of the newest transaction; 0 where there is none."""
    params = {"query": "id > 0", "fields": "Type", "orderby": "id", "order": "DESC", "per_page": 1}
    rows = field(client.get(TRANSACTIONS, params=params).body, "items", list, name=config.name)
    number = str(rows[0].get("id")) if rows and isinstance(rows[0], Mapping) else ""
    return int(number) if number.isdecimal() else 0


def removals(
    client: HttpClient, config: SourceConfig, *, after: str, per_page: int
) -> Iterator[list[Mapping[str, Any]]]:
    """Pages of transactions by which tickets vanished; `after` is a condition."""

    def page(number: int) -> Answer:
        params = {"query": f"{_QUESTION} AND {after}", "fields": _FIELDS, "orderby": "id", "order": "ASC"}
        return client.get(TRANSACTIONS, params={**params, "per_page": per_page, "page": number})

    def more(body: Any, number: int) -> bool:
        return number * per_page < field(body, "total", int, name=config.name)

    for answer in number_pages(page, more=more, max_pages=client.limits.max_pages, name=config.name):
        rows = field(answer.body, "items", list, name=config.name)
        if rows:
            yield rows


def withdrawn(
    client: HttpClient, config: SourceConfig, rows: list[Mapping[str, Any]]
) -> tuple[list[ContactEvent], list[RejectedRecord]]:
    """The contacts of vanished tickets, withdrawn at the time of the transaction."""

    def parse(row: Mapping[str, Any]) -> ContactEvent | None:
        ticket = identity(row["ObjectId"], field="ObjectId")
        if row["Type"] == "AddLink" and str(row["NewValue"]).rpartition("/")[2] == ticket:
            return None  # told of the ticket that remains
        now = _seen(client, config, ticket)
        at = utc(row["Created"], field="Created")
        created = utc(now["Created"], field="Created") if str(now["id"]) == ticket else _begun(client, config, ticket)
        queue = config.queue(queue_name(_named(client, config, now)))
        return ticket_event(ticket, queue, created=created, updated=at, status=TicketStatus.WITHDRAWN, closed=at)

    return map_records(rows, parse, where="transaction")


def _begun(client: HttpClient, config: SourceConfig, ticket: str) -> Any:
    """When a merged ticket was created: RT shows the other one under its number, but keeps its first transaction."""
    question = f"ObjectType = 'RT::Ticket' AND ObjectId = {int(ticket)} AND Type = 'Create'"
    body = client.get(TRANSACTIONS, params={"query": question, "fields": "Created", "per_page": 1}).body
    return utc(field(body, "items", list, name=config.name)[0]["Created"], field="Created")


def _seen(client: HttpClient, config: SourceConfig, ticket: str) -> Mapping[str, Any]:
    """The ticket itself; one that nobody may see any more must not stop all others."""
    try:
        return _ask(client, config, TICKET.format(int(ticket)))
    except SourceError as error:
        if not error.permanent:
            raise
        raise RecordError(f"ticket {ticket} vanished and cannot be looked at: {error.message}") from error


def _named(client: HttpClient, config: SourceConfig, ticket: Mapping[str, Any]) -> Mapping[str, Any]:
    """A single ticket names its queue by number alone."""
    queue = ticket["Queue"]
    if isinstance(queue, Mapping) and "Name" not in queue:
        number = identity(queue["id"], field="Queue")
        return {"Queue": _ask(client, config, f"/REST/2.0/queue/{int(number)}")["Name"]}
    return ticket


def _ask(client: HttpClient, config: SourceConfig, path: str) -> Mapping[str, Any]:
    return expect(client.get(path).body, dict, name=config.name, what="the answer")
