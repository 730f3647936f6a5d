"""KIND "jira": tickets of Jira Cloud, found by JQL in the order of their last change.

Vendor: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-search/ (GET …/search/jql).

An issue is one ticket. The category of its status decides: "new" (to do) is our waiting, "indeterminate" in service,
"done" answered; "undefined" (no category) waits until it is resolved. Done with a resolution among
`withdrawn_resolutions` is abandoned. The queue is the project's key, or what the field `queue_field` says. An issue
that moves to another project keeps its id, so it stays one contact.
JQL reads a written date in the time zone of the account, so the search is given milliseconds since 1970 instead.
Lost: the first answer (Jira has no such time: in service begins when the category last changed; a done issue counts
as answered when it was resolved), deleted issues (they stay as they were last seen); the reporter is kept as a hash
only.
Evidence: contract.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, ClassVar

from connectors.errors import RecordError
from connectors.http import (
    HTTP_OPTIONS,
    Answer,
    BasicAuth,
    BearerAuth,
    Since,
    cursor_pages,
    expect,
    field,
    first_day,
    open_client,
)
from connectors.mapping import TicketStatus, identity, map_records, ticket_event, utc, utc_or_none
from connectors.options import Option, read_options, url_option, wrong
from connectors.records import ContactEvent
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig

_SEARCH, _PROJECTS = "/rest/api/3/search/jql", "/rest/api/3/project/search"
_PAGE = 100
_FIELDS = ("created", "updated", "resolutiondate", "status", "statuscategorychangedate", "resolution", "reporter")
_CATEGORY = {"new": TicketStatus.NEW, "indeterminate": TicketStatus.OPEN, "done": TicketStatus.DONE}


class Jira:
    """Searches for what changed since; the pages are linked by a token, and a short page is not the last."""

    KIND: ClassVar[str] = "jira"
    EVIDENCE: ClassVar[Evidence] = Evidence.CONTRACT
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Address of the Jira site, such as https://example.atlassian.net"),
        Option(
            "user", "E-mail address of the account the API token belongs to; without it the token is sent as bearer"
        ),
        Option("token", "API token of that account, or an OAuth access token", required=True, secret=True),
        Option(
            "projects", "Keys of the projects to read; all that the account may browse where it is left out", kind=list
        ),
        Option("jql", "A further condition in JQL, without ORDER BY"),
        Option("queue_field", "The field whose value names the queue", default="project"),
        Option("withdrawn_resolutions", "Resolutions that mean nobody answered", kind=list, default=["Duplicate"]),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._hash = config, caller_hash
        self._values = values = read_options(config, self.OPTIONS)
        if "order by" in (values["jql"] or "").lower():
            raise wrong(config, f"jql must not sort, got {values['jql']!r}; leave ORDER BY out")
        user, token = values["user"], values["token"]
        self._client = open_client(config.name, values, auth=BasicAuth(user, token) if user else BearerAuth(token))

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def watermark_at(self, since: datetime) -> str:
        """The watermark from which everything changed since then is read."""
        return Since(since).text()

    def probe(self, *, now: datetime) -> Probe:
        """One look at the projects that the account may browse."""
        answer = self._client.get(_PROJECTS, params={"maxResults": _PAGE})
        found = field(answer.body, "values", list, name=self._config.name)
        keys = [str(row.get("key")) for row in found if isinstance(row, Mapping)]
        absent = [key for key in self._values["projects"] or () if key not in keys and len(keys) < _PAGE]
        missing = [f"the permission Browse projects for {key}" for key in absent]
        if not keys:
            missing.append("the permission Browse projects for any project")
        queues = keys if self._values["queue_field"] == "project" else ()
        return Probe(f"{len(keys)} projects", queues, answer.server_time, missing)

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """The issues changed since, oldest change first; the watermark moves with each page."""
        since, done = Since.parse(watermark, default=first_day(now)), 0
        jql = self._jql(since.start(self._values["overlap_s"]))
        pages = cursor_pages(
            lambda token: self._search(jql, token),
            next_cursor=self._next,
            max_pages=self._client.limits.max_pages,
            name=self._config.name,
        )
        for answer in pages:
            issues = field(answer.body, "issues", list, name=self._config.name)
            changed: list[datetime] = []
            events, rejected = map_records(issues, lambda row: self._event(row, changed), where=self.KIND, now=now)  # noqa: B023
            done += len(issues)
            since = since.advance(max(changed, default=None), now=now)
            if events or rejected:
                yield Batch(since.text(), events=events, rejected=rejected, done=done, unit="tickets")

    def _jql(self, start: datetime) -> str:
        parts = [f"updated >= {int(start.timestamp() * 1000)}"]
        if self._values["projects"]:
            parts.append(f"project in ({', '.join(map(_quoted, self._values['projects']))})")
        if self._values["jql"]:
            parts.append(f"({self._values['jql']})")
        return f"{' AND '.join(parts)} ORDER BY updated ASC"

    def _search(self, jql: str, token: str | None) -> Answer:
        fields = ",".join((*_FIELDS, self._values["queue_field"]))
        params = {"jql": jql, "maxResults": _PAGE, "fields": fields, "nextPageToken": token}
        return self._client.get(_SEARCH, params=params)

    def _next(self, body: Any) -> str | None:
        token = body.get("nextPageToken")
        if token is not None and body.get("isLast") is not True:
            return expect(token, str, name=self._config.name, what="nextPageToken")
        if body.get("isLast") is False:
            expect(token, str, name=self._config.name, what="nextPageToken")  # more is promised, and no way to it given
        return None

    def _event(self, issue: Mapping[str, Any], changed: list[datetime]) -> ContactEvent:
        fields = issue["fields"]
        updated = utc(fields["updated"], field="updated")
        changed.append(updated)
        status = _status(fields, self._values["withdrawn_resolutions"])
        moved = utc_or_none(fields.get("statuscategorychangedate"), field="statuscategorychangedate")
        account = (fields.get("reporter") or {}).get("accountId")
        return ticket_event(
            identity(issue["id"], field="id"),
            self._config.queue(_queue(fields, self._values["queue_field"])),
            created=utc(fields["created"], field="created"),
            updated=updated,
            status=status,
            first_reply=moved if status is TicketStatus.OPEN else None,
            closed=utc_or_none(fields.get("resolutiondate"), field="resolutiondate") or moved,
            requester=self._hash(str(account)) if account else None,
        )


def _quoted(word: str) -> str:
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _status(fields: Mapping[str, Any], withdrawn: list[str]) -> TicketStatus:
    category = fields["status"]["statusCategory"]["key"]
    if category == "undefined":
        category = "done" if fields.get("resolutiondate") else "new"
    if category not in _CATEGORY:
        raise RecordError(f"the status category must be new, indeterminate, done or undefined, got {category!r}")
    resolution = (fields.get("resolution") or {}).get("name")
    return TicketStatus.WITHDRAWN if category == "done" and resolution in withdrawn else _CATEGORY[category]


def _queue(fields: Mapping[str, Any], name: str) -> str:
    """A field's value as a word: of a list the first, of an object its key, name or value."""
    value = fields.get(name)
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, Mapping):
        value = value.get("key") or value.get("name") or value.get("value")
    return str(value) if value else f"no {name}"
