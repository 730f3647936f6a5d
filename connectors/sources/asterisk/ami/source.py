"""KIND "asterisk_ami": how the queues stand now, over Asterisk's manager interface (AMI).

Vendor: https://docs.asterisk.org/Asterisk_22_Documentation/API_Documentation/AMI_Actions/QueueStatus/

Each fetch logs in, asks QueueStatus, hangs up, and yields one state a queue. `Calls` is our waiting, the longest `Wait`
of its entries the longest wait, members with `InCall` are in service; agents are members in a call, or reachable and
not paused. Under TLS the secret travels as it is, else only its MD5 with the server's challenge does.
Lost: everything that has ended. The in-memory counters (Completed, Abandoned, ServicelevelPerf) are not read, since
they were seen to differ from the log and start anew with Asterisk: for counts, the queue_log wins. Both may be used
side by side: contacts come from the log, and of two states of a queue the later one is shown.
Evidence: live (Asterisk 22, AMI 11).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar, cast

import httpcore

from connectors.errors import SourceError
from connectors.http.failure import Failure
from connectors.http.guard import GuardedBackend
from connectors.http.transport import tls_context
from connectors.options import Option, Secret, read_options, wrong
from connectors.source import Batch, CallerHash, Evidence, Probe, SourceConfig
from connectors.sources.asterisk.ami.packets import Stream, Wire
from connectors.sources.asterisk.ami.states import states_of

_MARK = "live"  # there is nothing to continue from


class AsteriskAmi:
    """Asks for the present, each time over a connection of its own, so that a restarted server does no harm."""

    KIND: ClassVar[str] = "asterisk_ami"
    EVIDENCE: ClassVar[Evidence] = Evidence.LIVE
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        Option("host", "Name or address of the Asterisk server", required=True),
        Option("port", "Port of the manager interface", kind=int, default=5038, low=1, high=65_535),
        Option("user", "A user of manager.conf; it needs no rights at all", required=True),
        Option("secret", "The user's secret", required=True, secret=True),
        Option("tls", "Whether the port speaks TLS (tlsenable in manager.conf)", kind=bool, default=False),
        Option("ca_file", "A file with the certificates to trust instead of the usual ones, in PEM"),
        Option("timeout_s", "Seconds after which a fetch is given up", kind=float, default=10.0, low=0.1, high=120),
        Option("max_bytes", "The largest answer that is read", kind=int, default=8 << 20, low=1024),
        Option(
            "allow_private_network",
            "Whether the address may lie on this machine or in a private network",
            kind=bool,
            default=False,
        ),
    )

    def __init__(self, config: SourceConfig, *, caller_hash: CallerHash) -> None:
        # `caller_hash` is not kept: no caller is read.
        self._config = config
        self._options = read_options(config, self.OPTIONS)
        if not self._options["user"].isprintable():
            raise wrong(config, f"user must hold no line break or control character, got {self._options['user']!r}")

    @property
    def config(self) -> SourceConfig:
        """The block this source was built from."""
        return self._config

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        """One state of each queue, as of `now`."""
        with self._logged_in() as (wire, _):
            packets = list(wire.collect("QueueStatus", until="QueueStatusComplete"))
        states, rejected = states_of(packets, self._config, now=now)
        yield Batch(_MARK, states=states, rejected=rejected, done=len(states), total=len(states), unit="queues")

    def probe(self, *, now: datetime) -> Probe:
        """Which queues there are, whose clock, and whether anybody could answer."""
        with self._logged_in() as (wire, version):
            packets = list(wire.collect("QueueStatus", until="QueueStatusComplete"))
            told = wire.ask("Ping").get("timestamp", "")
        states, _ = states_of(packets, self._config, now=now)
        missing = [f"agents: nobody is reachable in {state.queue}" for state in states if not state.agents]
        saw = f"{version} with {len(states)} queues"
        return Probe(saw, [s.queue for s in states], _time(told), missing or ([] if states else ["queues: none"]))

    @contextmanager
    def _logged_in(self) -> Iterator[tuple[Wire, str]]:
        """A wire that may ask; whatever goes wrong on it leaves as a SourceError in plain words."""
        host = self._options["host"]
        try:
            with self._connected(host) as stream:
                wire = Wire(stream, timeout_s=self._options["timeout_s"], max_bytes=self._options["max_bytes"])
                version = wire.banner()
                self._log_in(wire)
                yield wire, version
        except Failure as error:
            raise SourceError(self._config.name, error.message, permanent=error.permanent) from error
        except (httpcore.NetworkError, httpcore.TimeoutException, OSError) as error:
            where = f"{host} port {self._options['port']}"
            reason = str(error) or type(error).__name__
            raise SourceError(
                self._config.name,
                f"{where} cannot be reached: {reason}; check host, port, and enabled=yes in manager.conf",
                permanent=False,
            ) from error

    @contextmanager
    def _connected(self, host: str) -> Iterator[Stream]:
        timeout = self._options["timeout_s"]
        guard = GuardedBackend(allow_private=self._options["allow_private_network"])
        stream = guard.connect_tcp(host, self._options["port"], timeout=timeout)
        try:
            if self._options["tls"]:
                context = tls_context(self._options["ca_file"])
                stream = stream.start_tls(context, server_hostname=host, timeout=timeout)
            yield cast(Stream, stream)
        finally:
            stream.close()

    def _log_in(self, wire: Wire) -> None:
        user, secret = self._options["user"], cast(Secret, self._options["secret"]).reveal()
        proof: dict[str, Any] = {"Secret": secret}
        if not self._options["tls"]:
            challenge = wire.ask("Challenge", AuthType="MD5").get("challenge", "")
            said = (challenge + secret).encode()
            proof = {"AuthType": "MD5", "Key": hashlib.md5(said, usedforsecurity=False).hexdigest()}
        answer = wire.ask("Login", Username=user, Events="off", **proof)
        if answer["response"] != "Success":
            reason = answer.get("message", "no reason given")[:80]
            raise Failure(
                f"the manager interface refuses the login of {user}: {reason}; "
                "check user, secret and permit in manager.conf",
                permanent=True,
            )


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None
