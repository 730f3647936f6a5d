"""KINDS "twilio_calls" and "twilio_taskrouter": the call log and the task queues of Twilio."""

from connectors.sources.twilio.calls import TwilioCalls
from connectors.sources.twilio.taskrouter import TwilioTaskRouter

__all__ = ["TwilioCalls", "TwilioTaskRouter"]
