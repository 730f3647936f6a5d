"""KINDS "intercom", "intercom_conversations", "intercom_calls": the three streams of Intercom."""

from connectors.sources.intercom.calls import IntercomCalls
from connectors.sources.intercom.conversations import IntercomConversations
from connectors.sources.intercom.tickets import IntercomTickets

__all__ = ["IntercomCalls", "IntercomConversations", "IntercomTickets"]
