"""Alertmanager's alerts as outage signals: asked for, or sent by its webhook receiver."""

from connectors.sources.alertmanager.pull import Alertmanager
from connectors.sources.alertmanager.receiver import AlertmanagerWebhook

__all__ = ["Alertmanager", "AlertmanagerWebhook"]
