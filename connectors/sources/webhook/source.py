"""KIND "webhook": what a system of the centre's own, or a script, posts to /in/NAME, signed.

Contacts, counts per interval, queue states and outage signals, in our own words, as `schema.py` has them. Idempotent by
external id; a contact is sent again whenever more is known of it. Nothing is lost: a row that does not fit comes back
in the answer with its reason, and is kept with the rejected records.
`expect_every_s` says how often something comes, if only an empty delivery; where it is not given, silence alone is no
fault, and only the board's own rule for silent queues holds. With `only_signals` no queue depends on it.
Evidence: live (signed with openssl and posted over the net to a running board).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import ClassVar

from connectors.mapping import map_records
from connectors.options import Option, read_options
from connectors.source import Batch, CallerHash, Evidence, SourceConfig
from connectors.sources.webhook import signature
from connectors.sources.webhook.rows import delivery, event_of, signal_of, state_of, volume_of
from connectors.sources.webhook.schema import ROWS


class Webhook:
    """Takes signed deliveries."""

    KIND: ClassVar[str] = "webhook"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    PUSHED: ClassVar[bool] = True
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option(
            "secret", "The secret that deliveries are signed with; 32 random bytes or more", required=True, secret=True
        ),
        Option(
            "expect_every_s",
            "Seconds after which the source counts as stale when nothing was delivered",
            kind=float,
            low=5,
            high=86_400,
        ),
        Option("only_signals", "Whether it sends outage signals alone", kind=bool, default=False),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        self._config, self._caller_hash = config, caller_hash
        values = read_options(config, self.OPTIONS)
        self._secret, self._only_signals = values["secret"], values["only_signals"]

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """Nothing: it comes to us."""
        return iter(())

    def admit(self, body: bytes, *, headers: Mapping[str, str], now: datetime) -> None:
        """Whether it was signed with the secret, and lately."""
        signature.require_signed(body, headers=headers, secret=self._secret.reveal(), now=now)

    def read(self, body: bytes, watermark: str | None, *, headers: Mapping[str, str], now: datetime) -> Batch:
        """The records of one delivery; its watermark remembers the deliveries of the last minutes."""
        remembered = signature.refuse_repeated(watermark, headers=headers, now=now)
        said = delivery(body, kinds=("signals",) if self._only_signals else tuple(ROWS))
        place, config = f"{now:%Y-%m-%dT%H:%M:%SZ}", self._config
        events, bad_events = map_records(
            said.get("events", ()), event_of(config, self._caller_hash), where=f"{place} events", now=now
        )
        volumes, bad_volumes = map_records(
            said.get("intervals", ()), volume_of(config), where=f"{place} intervals", now=now
        )
        states, bad_states = map_records(said.get("states", ()), state_of(config), where=f"{place} states", now=now)
        signals, bad_signals = map_records(said.get("signals", ()), signal_of, where=f"{place} signals")
        return Batch(
            remembered,
            events=events,
            volumes=volumes,
            states=states,
            signals=signals,
            rejected=[*bad_events, *bad_volumes, *bad_states, *bad_signals],
        )
