"""The rigs of all HTTP sources, by kind; each stands beside its source's tests."""

from __future__ import annotations

from collections.abc import Callable

from tests.connectors.fake_vendor import HttpRig
from tests.connectors.sources.alertmanager.rig import AlertmanagerRig
from tests.connectors.sources.amazon_connect.rig import AmazonConnectRig
from tests.connectors.sources.front.rig import FrontRig
from tests.connectors.sources.genesys.rig import GenesysRig
from tests.connectors.sources.hubspot.rig import HubSpotCallsRig, HubSpotTicketsRig
from tests.connectors.sources.intercom.rig import IntercomCallsRig, IntercomConversationsRig, IntercomTicketsRig
from tests.connectors.sources.jira.rig import JiraRig
from tests.connectors.sources.pagerduty.rig import PagerDutyRig
from tests.connectors.sources.request_tracker.rig import RequestTrackerRig
from tests.connectors.sources.ringcentral.rig import RingCentralRig
from tests.connectors.sources.roundup.rig import RoundupRig
from tests.connectors.sources.twilio.rig import TwilioCallsRig, TwilioTaskRouterRig
from tests.connectors.sources.zendesk_tickets.rig import ZendeskRig

RIGS: dict[str, Callable[[], HttpRig]] = {
    "zendesk_tickets": ZendeskRig,
    "request_tracker": RequestTrackerRig,
    "roundup": RoundupRig,
    "jira": JiraRig,
    "intercom_calls": IntercomCallsRig,
    "intercom_conversations": IntercomConversationsRig,
    "intercom": IntercomTicketsRig,
    "twilio_calls": TwilioCallsRig,
    "twilio_taskrouter": TwilioTaskRouterRig,
    "genesys": GenesysRig,
    "pagerduty": PagerDutyRig,
    "hubspot_calls": HubSpotCallsRig,
    "hubspot_tickets": HubSpotTicketsRig,
    "ringcentral": RingCentralRig,
    "front": FrontRig,
    "alertmanager": AlertmanagerRig,
    "amazon_connect": AmazonConnectRig,
}
