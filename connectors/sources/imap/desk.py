"""Turns mails into contacts, and keeps the memory in step with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.mapping import AHEAD, map_records
from connectors.records import Channel, ContactEvent, Outcome, RejectedRecord
from connectors.source import Batch, CallerHash, SourceConfig
from connectors.sources.imap.mail import Mail, Told, parse
from connectors.sources.imap.memory import Memory, Place, Waiting

_NEAR = timedelta(days=1)  # a mail of the nearer future waits: the server's clock may be ahead of ours


@dataclass(frozen=True, slots=True)
class Contacts:
    """Which mails are contacts, and what they become here."""

    config: SourceConfig
    caller_hash: CallerHash
    channel: Channel
    own: tuple[str, ...]
    gone: Outcome

    def are(self, mail: Mail) -> bool:
        """Whether somebody else wrote the mail by hand."""
        ours = (mail.sender == one or (one.startswith("@") and mail.sender.endswith(one)) for one in self.own)
        return not mail.automatic and not any(ours)

    def waiting(self, mail: Mail, folder: str, uid: int) -> Waiting:
        """A mail as a contact that begins to wait."""
        caller = self.caller_hash(mail.sender) if mail.sender else None
        return Waiting(folder, uid, int(mail.received_at.timestamp()), caller)

    def event(
        self, key: str, one: Waiting, outcome: Outcome = Outcome.WAITING, at: datetime | None = None
    ) -> ContactEvent:
        """A contact as we know it; `at`: when it was answered or given up, never before it came."""
        end = None if at is None else max(at, one.arrived_at)
        return ContactEvent(
            external_id=key,
            queue=self.config.queue(one.folder),
            channel=self.channel,
            arrived_at=one.arrived_at,
            outcome=outcome,
            answered_at=end if outcome is Outcome.ANSWERED else None,
            ended_at=end,
            caller=one.caller,
        )


class Desk:
    """What one fetch finds out."""

    def __init__(self, memory: Memory, contacts: Contacts, *, now: datetime) -> None:
        self.memory, self._contacts, self._now = memory, contacts, now
        self.events: list[ContactEvent] = []
        self.rejected: list[RejectedRecord] = []
        self._answers: dict[str, datetime] = {}  # what we have answered → when first
        self._done = 0

    def batch(self) -> Batch:
        """What has come since the last batch."""
        batch = Batch(self.memory.dump(), events=self.events, rejected=self.rejected, done=self._done, unit="mails")
        self.events, self.rejected = [], []
        return batch

    def replied(self, heads: list[Told]) -> None:
        """Mails of ours: they answer what they refer to, and what refers to them belongs to the same matter."""
        mails, _ = map_records(heads, parse, where="")  # one without a time answers nothing
        for mail in mails:
            if not mail.answers:
                continue
            self.memory.learn([mail.key])
            for key in mail.answers:
                at = self._answers[key] = min(mail.received_at, self._answers.get(key, mail.received_at))
                if known := self.memory.waiting.pop(key, None):
                    self.events.append(self._contacts.event(key, known, Outcome.ANSWERED, at))

    def arrived(self, heads: list[Told], folder: str, *, place: Place) -> bool:
        """Mails in a folder of contacts; False where one lies ahead of our clock, and the reading must wait for it."""
        for one in heads:
            where = f"{folder}/{one.uid}"
            mails, rejected = map_records([one], parse, where=where)
            if mails and (ahead := mails[0].received_at - self._now) > AHEAD:
                if ahead < _NEAR:
                    return False
                mails, rejected = [], [RejectedRecord(where, "INTERNALDATE lies in the future")]
            for mail in mails:
                place.latest = max(place.latest, int(mail.received_at.timestamp()))
                if event := self._arrived(mail, one, folder, place):
                    self.events.append(event)
            self.rejected += [RejectedRecord(where, said.reason) for said in rejected]
            place.uid, self._done = one.uid, self._done + 1
        return True

    def _arrived(self, mail: Mail, one: Told, folder: str, place: Place) -> ContactEvent | None:
        memory = self.memory
        if mail.received_at < memory.begin or not self._contacts.are(mail):
            return None
        if known := memory.waiting.get(mail.key):  # moved here, or numbered anew
            moved, known.folder, known.uid, known.missing = known.folder != folder, folder, one.uid, 0
            return self._contacts.event(mail.key, known) if moved else None
        is_known = mail.key in memory.known or any(key in memory.known for key in mail.answers)
        memory.learn([mail.key])
        if is_known:
            return None
        new = self._contacts.waiting(mail, folder, one.uid)
        if final := self._final(mail.key, one):
            return None if new.arrived <= place.again else self._contacts.event(mail.key, new, *final)
        memory.waiting[mail.key] = new
        return self._contacts.event(mail.key, new)

    def looked_for(self, key: str, one: Told | None) -> None:
        """A mail that waits was looked for; None where it is not where it was.

        It may be on its way to another folder, so it must be missing twice before it counts as gone.
        """
        waiting = self.memory.waiting[key]
        if one is None and not waiting.missing:
            waiting.missing = int(self._now.timestamp())
            return
        final = (self._contacts.gone, datetime.fromtimestamp(waiting.missing, UTC)) if one is None else None
        if one is not None:
            waiting.missing = 0
            final = self._final(key, one)
        if final:
            del self.memory.waiting[key]
            self.events.append(self._contacts.event(key, waiting, *final))

    def _final(self, key: str, one: Told) -> tuple[Outcome, datetime] | None:
        """What has become of a mail, and when; None where it still waits."""
        if key in self._answers:
            return Outcome.ANSWERED, self._answers[key]
        if one.is_answered:
            return Outcome.ANSWERED, self._now
        return (Outcome.ABANDONED, self._now) if one.is_withdrawn else None
