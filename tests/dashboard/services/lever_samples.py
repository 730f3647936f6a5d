"""A centre with levers of its own."""

from __future__ import annotations

from dashboard.domain.people import Role
from dashboard.services.accounts import Account
from dashboard.services.incidents import incident_actions
from tests.dashboard.seeded_centre import Centre

MANAGER, AGENT = Account("manager", Role.MANAGER, "de", "auto"), Account("agent", Role.AGENT, "de", "auto")
CATALOGUE = """
currency = "EUR"

[[lever]]
key = "sms"
kind = "demand"
lead_min = 15
least_min = 480
most_min = 480
cost_once = 4000
effect = [0.3, 0.5, 0.6]
source = "our last outage"

[[lever]]
key = "message"
kind = "demand"
lead_min = 15
most_min = 60
effect = [0.05, 0.15, 0.3]
excludes = ["sms"]

[[lever]]
key = "callback"
kind = "defer"
lead_min = 15
most_min = 240
cost_per_hour = 0.5
effect = 0.2

[[lever]]
key = "overtime"
kind = "people"
capacity = 10
lead_min = 30
least_min = 60
most_min = 180
cost_per_hour = 45
cost_once = 5
effect = 0.9

[[lever]]
key = "outsourcer"
kind = "people"
capacity = 60
lead_min = 240
cost_per_hour = 42
"""


def with_levers(centre: Centre, text: str = CATALOGUE) -> Centre:
    """The centre with this catalogue in its data folder."""
    (centre.settings.store.data_dir / "levers.toml").write_text(text, encoding="utf-8")
    return centre


def pull(centre: Centre, incident: int, lever: str = "sms", by: Account = MANAGER) -> int:
    """Pull a lever now."""
    with centre.sessions.begin() as session:
        return incident_actions.pull(
            session, incident, lever=lever, by=by, settings=centre.settings, now=centre.clock()
        )


def undo(centre: Centre, action: int, by: Account = MANAGER) -> None:
    """Take it back now."""
    with centre.sessions.begin() as session:
        incident_actions.undo(session, action, by=by, now=centre.clock())


def end(centre: Centre, action: int) -> None:
    """Record its end now."""
    with centre.sessions.begin() as session:
        incident_actions.end(session, action, by=MANAGER, now=centre.clock())
