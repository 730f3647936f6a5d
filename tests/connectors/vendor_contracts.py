"""Which part of which description each kind is held against."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.connectors.contracts import Checker, Contract

_INTERCOM = "intercom_2.14.yaml.gz"


@dataclass(frozen=True)
class Vendor:
    """A contract, and where in its answers the records stand: operation, then the way to one record."""

    contract: Contract
    operation: str
    record: tuple[str, ...]


VENDORS: dict[str, Vendor] = {
    "jira": Vendor(
        Contract("jira_v3_2025.json.gz", ("GET /rest/api/3/search/jql", "GET /rest/api/3/project/search")),
        "GET /rest/api/3/search/jql",
        ("issues", "[]"),
    ),
    "intercom": Vendor(
        Contract(_INTERCOM, ("POST /tickets/search", "GET /teams")), "POST /tickets/search", ("tickets", "[]")
    ),
    "intercom_conversations": Vendor(
        Contract(_INTERCOM, ("POST /conversations/search", "GET /teams")),
        "POST /conversations/search",
        ("conversations", "[]"),
    ),
    "intercom_calls": Vendor(Contract(_INTERCOM, ("GET /calls",)), "GET /calls", ("data", "[]")),
    "twilio_calls": Vendor(
        Contract("twilio_api_v2010.json.gz", ("GET /2010-04-01/Accounts/{AccountSid}/Calls.json",)),
        "GET /2010-04-01/Accounts/{AccountSid}/Calls.json",
        ("calls", "[]"),
    ),
    "twilio_taskrouter": Vendor(
        Contract(
            "twilio_taskrouter_v1.json.gz",
            (
                "GET /v1/Workspaces/{WorkspaceSid}/TaskQueues",
                "GET /v1/Workspaces/{WorkspaceSid}/TaskQueues/{TaskQueueSid}/CumulativeStatistics",
                "GET /v1/Workspaces/{WorkspaceSid}/TaskQueues/{TaskQueueSid}/RealTimeStatistics",
            ),
        ),
        "GET /v1/Workspaces/{WorkspaceSid}/TaskQueues/{TaskQueueSid}/CumulativeStatistics",
        (),
    ),
    "genesys": Vendor(
        Contract(
            "genesys_analytics.yml.gz",
            (
                "POST /api/v2/analytics/conversations/aggregates/query",
                "POST /api/v2/analytics/queues/observations/query",
            ),
            beside=("/oauth/token",),
        ),
        "POST /api/v2/analytics/conversations/aggregates/query",
        ("results", "[]"),
    ),
    "pagerduty": Vendor(
        Contract("pagerduty_rest.json.gz", ("GET /incidents", "GET /incidents/{id}", "GET /services")),
        "GET /incidents",
        ("incidents", "[]"),
    ),
    "hubspot_tickets": Vendor(
        Contract("hubspot_tickets_v3.json.gz", ("POST /crm/v3/objects/tickets/search",)),
        "POST /crm/v3/objects/tickets/search",
        ("results", "[]"),
    ),
    "hubspot_calls": Vendor(
        Contract("hubspot_calls_v3.json.gz", ("POST /crm/v3/objects/calls/search",)),
        "POST /crm/v3/objects/calls/search",
        ("results", "[]"),
    ),
    "ringcentral": Vendor(
        Contract(
            "ringcentral.json.gz",
            ("GET /restapi/v1.0/account/{accountId}/call-log",),
            beside=("/restapi/oauth/token",),
        ),
        "GET /restapi/v1.0/account/{accountId}/call-log",
        ("records", "[]"),
    ),
    "front": Vendor(Contract("front_core.json.gz", ("GET /events", "GET /inboxes")), "GET /events", ("_results", "[]")),
}


@cache
def checker_of(kind: str, shared: Path) -> Checker:
    """The description of a kind, loaded and cut once."""
    return VENDORS[kind].contract.load(shared / "contracts")
