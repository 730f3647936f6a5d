"""A back-fill of a million tickets from a local server at its page limit, through the real source into SQLite.

    python -m tests.bench.bench_backfill [--tickets 1000000]

The server is a process of its own and answers the incremental export in pages of 1,000 tickets of the size real ones
have (about 1.2 kB). Fetching (asking, reading, decoding, mapping) and storing are timed apart. Waiting for the vendor's
ten requests a minute is left out: with it, a million tickets take 100 minutes, whatever the program does.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from multiprocessing.connection import Connection
from urllib.parse import parse_qs, urlsplit

from sqlalchemy import text

from connectors.pull import pull
from connectors.source import Batch, SourceConfig
from connectors.sources.zendesk_tickets import ZendeskTickets
from connectors.storage.engine import session_factory
from connectors.storage.write import recount, upsert_sources
from tests.bench.store_bench import Stopwatch, machine, migrated, peak_rss_mb
from tests.connectors.fake_vendor import SECRET_ENV, without_waiting

PAGE = 1_000
WANTED_PER_S, WANTED_MB = 20_000, 300
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_GROUPS = 12
_FILL = "Nothing works since this morning, please call me back as soon as you can. " * 6


def main() -> None:
    """Measure once."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tickets", type=int, default=1_000_000)
    tickets = parser.parse_args().tickets
    print(machine())
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, tickets), daemon=True)
    server.start()
    try:
        _measure(f"http://127.0.0.1:{ours.recv()}", tickets)
    finally:
        server.terminate()
        server.join()


def _measure(url: str, tickets: int) -> None:
    options = {"url": url, "allow_private_network": True, "email": "a@example.com", "api_token_env": SECRET_ENV}
    source = _Timed(ZendeskTickets(SourceConfig("desk", "zendesk_tickets", options), caller_hash=_hash))
    with migrated("sqlite") as engine, without_waiting():
        sessions = session_factory(engine)
        with sessions.begin() as session:
            upsert_sources(session, [("desk", "zendesk_tickets", "recorded")])
        at_rest, whole = peak_rss_mb(), Stopwatch()
        with whole:
            result = pull(source, sessions, clock=lambda: NOW, progress=_progress())
        with sessions.begin() as session:
            stored = session.execute(text("SELECT count(*) FROM contact_event")).scalar_one()
            odd = recount(session)
    print(f"{stored:,} of {tickets:,} stored, {result.rejected} rejected; {odd} quarter-hours differ from a recount")
    fetch = source.watch
    for what, wall_s, cpu_s in (
        ("fetch", fetch.seconds, fetch.cpu_seconds),
        ("store", whole.seconds - fetch.seconds, whole.cpu_seconds - fetch.cpu_seconds),
        ("both", whole.seconds, whole.cpu_seconds),
    ):
        print(f"{what:<6}{tickets / wall_s:>9,.0f} tickets/s, {tickets / cpu_s:>9,.0f} a second of this process")
    print(f"wanted: the store keeps up with {WANTED_PER_S:,}/s")
    print(
        f"peak memory {peak_rss_mb():.0f} MB (wanted: at most {WANTED_MB}), {at_rest:.0f} of it before the first page"
    )


def _hash(caller: str) -> str:
    return f"{hash(caller):x}"


class _Timed:
    """The source, with a watch over what happens inside it."""

    KIND, EVIDENCE = ZendeskTickets.KIND, ZendeskTickets.EVIDENCE

    def __init__(self, source: ZendeskTickets) -> None:
        self._source, self.config, self.watch = source, source.config, Stopwatch()

    def fetch(self, watermark: str | None, *, now: datetime) -> Iterator[Batch]:
        batches = self._source.fetch(self._source.watermark_at(BEGIN), now=now)
        while True:
            with self.watch:
                batch = next(batches, None)
            if batch is None:
                return
            yield batch


def _progress() -> Callable[[Batch], None]:
    def show(batch: Batch) -> None:
        if batch.done % 100_000 == 0:
            print(f"  {batch.done:>9,} tickets, {peak_rss_mb():.0f} MB", flush=True)

    return show


def _serve(pipe: Connection, tickets: int) -> None:
    os.nice(5)

    class Handler(BaseHTTPRequestHandler):
        protocol_version, wbufsize = "HTTP/1.1", 1 << 20

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            content = _page(int(asked.get("cursor", ["0"])[0]), tickets)
            self.send_response_only(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    pipe.send(server.server_address[1])
    server.serve_forever()


def _page(begin: int, tickets: int) -> bytes:
    end = min(begin + PAGE, tickets)
    rows = ",".join(_ticket(number, tickets) for number in range(begin, end))
    ended = "true" if end == tickets else "false"
    frame = f'"after_url":null,"before_url":null,"before_cursor":null,"after_cursor":"{end}","end_of_stream":{ended}'
    return f'{{"tickets":[{rows}],{frame}}}'.encode()


def _ticket(number: int, tickets: int) -> str:
    made = BEGIN + (NOW - BEGIN - timedelta(days=1)) * (number / tickets)
    changed = made + timedelta(minutes=number % 600)
    status = ("new", "open", "pending", "hold", "solved", "closed", "closed", "closed")[number % 8]
    return (
        f'{{"id":{number},"url":"https://example.zendesk.com/api/v2/tickets/{number}.json","external_id":null,'
        f'"via":{{"channel":"web","source":{{"from":{{}},"to":{{}},"rel":null}}}},"created_at":"{made:%Y-%m-%dT%H:%M:%SZ}",'
        f'"updated_at":"{changed:%Y-%m-%dT%H:%M:%SZ}","type":null,"subject":"help","raw_subject":"help",'
        f'"description":"{_FILL}","priority":null,"status":"{status}","recipient":null,'
        f'"requester_id":{6_130_000_000_000 + number % 200_000},"assignee_id":null,"organization_id":null,'
        f'"group_id":{number % _GROUPS},"collaborator_ids":[],"follower_ids":[],"tags":[],"custom_fields":[],'
        f'"satisfaction_rating":null,"brand_id":7,"generated_timestamp":{int(changed.timestamp())}}}'
    )


if __name__ == "__main__":
    main()
