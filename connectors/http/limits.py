"""How much one source may ask for, and how long an answer may take."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.options import Option

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a client.

    `timeout_s` [s] without a byte, `total_s` [s] for one call with its answer, `max_bytes` of an answer as unpacked,
    `max_pages` of one fetch, `attempts` of one call, `max_wait_s` [s]: a server that asks for a longer pause ends the
    fetch, and is asked again later.
    """

    requests_per_minute: float | None = None
    timeout_s: float = 30.0
    max_bytes: int = 32 * MEGABYTE
    max_pages: int = 10_000
    total_s: float = 120.0
    attempts: int = 5
    max_wait_s: float = 90.0


HTTP_OPTIONS: tuple[Option, ...] = (
    Option("timeout_s", "Seconds without a byte after which a request is given up", kind=float, default=30.0, low=0.1),
    Option(
        "allow_private_network",
        "Whether the address may lie on this machine or in a private network, and be http instead of https",
        kind=bool,
        default=False,
    ),
    Option("max_pages", "The most pages one fetch reads", kind=int, default=10_000, low=1),
    Option(
        "max_bytes", "The largest answer that is read, in bytes as unpacked", kind=int, default=32 * MEGABYTE, low=1024
    ),
    Option(
        "overlap_s",
        "Seconds that each fetch looks back behind the last one for late updates",
        kind=float,
        default=120.0,
        low=0,
        high=86_400,
    ),
    Option("ca_file", "A file with the certificates to trust instead of the usual ones, in PEM"),
)
