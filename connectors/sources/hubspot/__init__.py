"""KINDS "hubspot_tickets" and "hubspot_calls": the service tickets and the logged calls of HubSpot."""

from connectors.sources.hubspot.calls import HubSpotCalls
from connectors.sources.hubspot.tickets import HubSpotTickets

__all__ = ["HubSpotCalls", "HubSpotTickets"]
