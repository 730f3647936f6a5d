"""The worker's part in alerts: looks every few seconds, and sends in a thread of its own, for mail may be slow."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker
from structlog.stdlib import BoundLogger

from connectors.storage.alert_rows import AlertDeliveryRow, AlertEventRow
from connectors.storage.read import get_alert, get_alert_rules, get_due_deliveries
from connectors.storage.write import claim_delivery, settle_delivery
from dashboard.components import alert_text
from dashboard.components.words import Words
from dashboard.domain.clock import Clock
from dashboard.jobs.schedule import Every
from dashboard.services.board import alert_mail, alert_watch, alert_webhook
from dashboard.services.board.alert_mail import Mail, SendError
from dashboard.settings import Settings, SettingsError

LOOK_EVERY = timedelta(seconds=5)
MOST_TRIES = 6
FIRST_PAUSE = timedelta(seconds=30)
# A worker that died while sending: nobody knows whether it went out, so it is not sent again, and the history says so.
ABANDONED_AFTER = timedelta(minutes=5)
UNKNOWN = "not known whether it went out, for the worker ended while sending"


class Alerts:
    """Looks and sends; a fault in either leaves the board's figures alone."""

    def __init__(self, settings: Settings, sessions: sessionmaker[Session], *, clock: Clock, log: BoundLogger) -> None:
        self._settings, self._sessions, self._clock, self._log = settings, sessions, clock, log
        self._every = Every(LOOK_EVERY)
        self._fault = ""
        self._sender: threading.Thread | None = None

    def look(self) -> None:
        """Look if it is time, then see to it that what is due is sent."""
        if not self._every.due(self._clock()):
            return
        self._every.done(self._clock())
        try:
            with self._sessions.begin() as session:
                opened = alert_watch.look(session, settings=self._settings, clock=self._clock)
        except SQLAlchemyError:
            raise
        except Exception as error:  # noqa: BLE001 - alerts must not take the live figures with them
            self._note(error)
            return
        self._fault = ""
        if opened:
            self._log.info("alerts.opened", events=opened)
        if self._sender is None or not self._sender.is_alive():
            self._sender = threading.Thread(target=self._send_guarded, name="alerts", daemon=True)
            self._sender.start()

    def await_sent(self, within_s: float) -> None:
        """Wait for what is being sent."""
        if self._sender is not None:
            self._sender.join(within_s)

    def send_due(self) -> int:
        """Send what is due; returns how many messages went out."""
        now = self._clock()
        with self._sessions() as session:
            due = get_due_deliveries(session, now=now, abandoned_before=now - ABANDONED_AFTER)
        return sum(self._send(one) for one in due)

    def _send_guarded(self) -> None:
        try:
            self.send_due()
        except Exception as error:  # noqa: BLE001 - the next look tries again
            self._note(error)

    def _note(self, error: Exception) -> None:
        """Log a fault once, not with every look."""
        if self._fault != repr(error):
            self._fault = repr(error)
            self._log.error("alerts.failed", exc_info=error)

    def _send(self, one: AlertDeliveryRow) -> bool:
        now = self._clock()
        if one.status == "sending":
            self._settle(one, "failed", error=UNKNOWN)
            return False
        with self._sessions.begin() as session:
            event = get_alert(session, one.event_id)
            rule_language = {row.id: row.language for row in get_alert_rules(session, removed=True)}
            if event is None or _is_past(event, one):
                settle_delivery(session, one.id, status="dropped", now=now)
                return False
            if not claim_delivery(session, one.id, now=now):
                return False
        words = Words(rule_language.get(event.rule_id, "de"), timezone=self._settings.board.timezone)
        try:
            self._hand_over(one, event, words)
        except (SendError, SettingsError) as error:
            self._failed(one, error)
            return False
        self._settle(one, "sent")
        self._log.info("alerts.sent", alert=event.id, way=one.way)
        return True

    def _hand_over(self, one: AlertDeliveryRow, event: AlertEventRow, words: Words) -> None:
        settings, now = self._settings, self._clock()
        if one.way == alert_watch.EMAIL:
            if settings.mail is None:
                raise SendError("no mail server is configured; add a [mail] block", again=False)
            title, url = settings.board.title, settings.alerts.board_url
            subject, body = alert_text.message(event, words, drill=settings.drill, title=title, board_url=url)
            alert_mail.send(Mail(one.target, subject, body, f"{event.id} {event.began_at}", now), settings.mail)
            return
        hook = settings.alerts.webhooks.get(one.target)
        if hook is None:
            raise SendError(f"no webhook {one.target!r} is configured; add [alerts.webhooks.{one.target}]", again=False)
        content = alert_text.payload(event, words, drill=settings.drill, now=now)
        alert_webhook.send(one.target, content, settings=hook, event=event.id, now=now)

    def _failed(self, one: AlertDeliveryRow, error: Exception) -> None:
        again = isinstance(error, SendError) and error.again and one.tries + 1 < MOST_TRIES
        due = self._clock() + FIRST_PAUSE * 2**one.tries if again else None
        self._settle(one, "waiting" if again else "failed", error=str(error), due_at=due)
        self._log.warning("alerts.not_sent", way=one.way, again=again, error=str(error))

    def _settle(
        self, one: AlertDeliveryRow, status: str, *, error: str | None = None, due_at: datetime | None = None
    ) -> None:
        with self._sessions.begin() as session:
            settle_delivery(session, one.id, status=status, now=self._clock(), error=error, due_at=due_at)


def _is_past(event: AlertEventRow, one: AlertDeliveryRow) -> bool:
    """After quiet hours, or after failed tries, nobody is told of what is over or has been seen."""
    late = one.tries > 0 or event.opened_at is None or one.due_at > event.opened_at
    return late and (event.ended_at is not None or event.acknowledged_at is not None)
