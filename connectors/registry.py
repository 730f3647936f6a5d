"""Kind → source: those in the house, and those that other packages offer under the entry point `andrang.sources`."""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import entry_points
from typing import cast

from connectors.errors import ConfigError
from connectors.source import CallerHash, PushedSource, Source, SourceConfig, SourceFactory
from connectors.sources.alertmanager import Alertmanager, AlertmanagerWebhook
from connectors.sources.amazon_connect import AmazonConnect
from connectors.sources.asterisk.ami import AsteriskAmi
from connectors.sources.asterisk.cdr import AsteriskCdr
from connectors.sources.asterisk.queue_log import AsteriskQueueLog
from connectors.sources.example_source import ExampleSource
from connectors.sources.front import Front
from connectors.sources.genesys import Genesys
from connectors.sources.hubspot import HubSpotCalls, HubSpotTickets
from connectors.sources.imap import Imap
from connectors.sources.intercom import IntercomCalls, IntercomConversations, IntercomTickets
from connectors.sources.jira import Jira
from connectors.sources.pagerduty import PagerDuty
from connectors.sources.request_tracker import RequestTracker
from connectors.sources.ringcentral import RingCentral
from connectors.sources.roundup import Roundup
from connectors.sources.sql_query import SqlQuery
from connectors.sources.table import TableSource
from connectors.sources.twilio import TwilioCalls, TwilioTaskRouter
from connectors.sources.webhook import Webhook
from connectors.sources.zendesk_tickets import ZendeskTickets

ENTRY_POINTS = "andrang.sources"

KINDS: dict[str, SourceFactory] = {
    TableSource.KIND: TableSource,
    SqlQuery.KIND: SqlQuery,
    Imap.KIND: Imap,
    AsteriskQueueLog.KIND: AsteriskQueueLog,
    AsteriskCdr.KIND: AsteriskCdr,
    AsteriskAmi.KIND: AsteriskAmi,
    ExampleSource.KIND: ExampleSource,
    ZendeskTickets.KIND: ZendeskTickets,
    RequestTracker.KIND: RequestTracker,
    Roundup.KIND: Roundup,
    Alertmanager.KIND: Alertmanager,
    AlertmanagerWebhook.KIND: AlertmanagerWebhook,
    Webhook.KIND: Webhook,
    Jira.KIND: Jira,
    IntercomCalls.KIND: IntercomCalls,
    IntercomConversations.KIND: IntercomConversations,
    IntercomTickets.KIND: IntercomTickets,
    TwilioCalls.KIND: TwilioCalls,
    TwilioTaskRouter.KIND: TwilioTaskRouter,
    Genesys.KIND: Genesys,
    PagerDuty.KIND: PagerDuty,
    HubSpotCalls.KIND: HubSpotCalls,
    HubSpotTickets.KIND: HubSpotTickets,
    RingCentral.KIND: RingCentral,
    Front.KIND: Front,
    AmazonConnect.KIND: AmazonConnect,
}


def build(config: SourceConfig, *, caller_hash: CallerHash) -> Source:
    """The source of one config block; ConfigError on an unknown kind, or on options that the kind refuses."""
    factory = KINDS.get(config.kind) or _offered(config)
    return factory(config, caller_hash=caller_hash)


def is_pushed(kind: str) -> bool:
    """Whether sources of a kind are sent to us, so that nobody polls them."""
    return bool(getattr(KINDS.get(kind), "PUSHED", False))


def only_signals(kind: str) -> bool:
    """Whether a kind tells of outages alone, so that no queue's figures depend on it."""
    return bool(getattr(KINDS.get(kind), "ONLY_SIGNALS", False))


def build_pushed(config: SourceConfig, *, caller_hash: CallerHash) -> PushedSource:
    """The source of a config block whose kind is pushed."""
    if not is_pushed(config.kind):
        raise ConfigError(f"[sources.{config.name}] kind {config.kind!r} is fetched, nothing can be sent to it")
    return cast(PushedSource, build(config, caller_hash=caller_hash))


@lru_cache(maxsize=1)
def offered_kinds() -> tuple[str, ...]:
    """The kinds that installed packages offer beside our own."""
    return tuple(sorted(point.name for point in entry_points(group=ENTRY_POINTS)))


def _offered(config: SourceConfig) -> SourceFactory:
    for point in entry_points(group=ENTRY_POINTS, name=config.kind):
        try:
            return cast(SourceFactory, point.load())
        except (ImportError, AttributeError) as error:
            where = f"[sources.{config.name}] kind {config.kind!r}"
            raise ConfigError(f"{where} comes from {point.value}, which cannot be loaded: {error}") from error
    known = ", ".join((*KINDS, *offered_kinds()))
    raise ConfigError(f"[sources.{config.name}] unknown kind {config.kind!r}; there are {known}")
