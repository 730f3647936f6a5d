"""Contacts, counts, queue states and outage signals that a system of the centre's own sends us, signed."""

from connectors.sources.webhook.source import Webhook

__all__ = ["Webhook"]
