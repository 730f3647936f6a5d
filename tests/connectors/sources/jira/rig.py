"""Fourteen issues of Jira in pages that are shorter than was asked for; one changes while it is read."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.source import SourceConfig
from tests.connectors.fake_vendor import SECRET_ENV, Answer, Request

SEARCH, PROJECTS = "/rest/api/3/search/jql", "/rest/api/3/project/search"
# Category, resolution: every status that matters, and more than three pages of them.
STATES = (
    *(("new", None), ("indeterminate", None), ("done", "Done"), ("done", "Duplicate"), ("undefined", None)),
    *(("undefined", "Done"), ("new", None), ("done", "Won't Do")),
    *(("indeterminate", None),) * 6,
)
PAGE = 4
BERLIN = "+0100"  # Jira writes the offset of the account's zone, without a colon


def jira_time(moment: datetime) -> str:
    """A time as Jira writes it."""
    return (moment + timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.000") + BERLIN


@dataclass
class JiraRig:
    """Searches by `updated >= milliseconds`; a token names the place to go on from."""

    KIND: str = "jira"
    now: datetime = datetime(2026, 11, 23, 12, tzinfo=UTC)

    def config(self, url: str) -> SourceConfig:
        """Signed in by e-mail and API token; the project SUP is our queue support."""
        options = {"url": url, "allow_private_network": True, "user": "board@example.com", "token_env": SECRET_ENV}
        return SourceConfig("jira", self.KIND, options, {"SUP": "support"})

    def expected(self) -> set[str]:
        """All issues."""
        return {str(10_000 + number) for number in range(len(STATES))}

    def created(self, number: int) -> datetime:
        """When an issue was made."""
        return self.now - timedelta(hours=6) + timedelta(minutes=10 * number)

    def issue(self, number: int) -> dict[str, Any]:
        """An issue with the fields that are asked for."""
        category, resolution = STATES[number]
        created = self.created(number)
        moved = created + timedelta(minutes=15)
        fields: dict[str, Any] = {
            "created": jira_time(created),
            "updated": jira_time(created + timedelta(minutes=20)),
            "resolutiondate": jira_time(moved) if resolution else None,
            "status": {"name": "as the centre calls it", "statusCategory": {"id": 1, "key": category}},
            "statuscategorychangedate": jira_time(created if category == "new" else moved),
            "resolution": {"name": resolution} if resolution else None,
            "reporter": {"accountId": f"5b10ac8d82e05b22cc7d4ef{number % 3}", "displayName": "Mia Krystof"},
            "project": {"id": "10000", "key": "SUP" if number % 2 else "BIL", "name": "Support"},
        }
        return {"id": str(10_000 + number), "key": f"SUP-{number}", "self": "https://example.net/x", "fields": fields}

    def told(self) -> list[dict[str, Any]]:
        """The answers' rows in the order of change; the first issue is closed while it is read, and told again."""
        rows = [self.issue(number) for number in range(len(STATES))]
        rows.insert(PAGE, rows[PAGE - 1])
        late = self.issue(0)
        late["fields"] |= {
            "updated": jira_time(self.now - timedelta(minutes=2)),
            "status": {"name": "Done", "statusCategory": {"id": 3, "key": "done"}},
            "statuscategorychangedate": jira_time(self.now - timedelta(minutes=3)),
            "resolutiondate": jira_time(self.now - timedelta(minutes=3)),
            "resolution": {"name": "Done"},
        }
        return [*rows, late]

    def answer(self, request: Request) -> Answer:
        """One page, or the projects."""
        if request.path == PROJECTS:
            values = [{"id": "1", "key": "SUP", "name": "Support"}, {"id": "2", "key": "BIL", "name": "Billing"}]
            return Answer(body={"isLast": True, "maxResults": 100, "startAt": 0, "total": 2, "values": values})
        if request.path != SEARCH:
            return Answer(404, {"errorMessages": ["Not found"], "errors": {}})
        since = re.match(r"updated >= (\d+)", request.one("jql"))
        assert since, request.query
        start = jira_time(datetime.fromtimestamp(int(since[1]) / 1000, UTC))
        rows = [row for row in self.told() if row["fields"]["updated"] >= start]
        begin = int(request.one("nextPageToken", "0"))
        end = begin + PAGE
        more = {"nextPageToken": str(end), "isLast": False} if end < len(rows) else {"isLast": True}
        return Answer(body={"issues": rows[begin:end], **more})
