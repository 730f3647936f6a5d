"""500 agents who type at once, on the real web: gunicorn as `andrang up` starts it, 10,000 replies, an open outage.

python -m tests.bench.bench_reply_typing [--agents 500] [--seconds 20] [--way find|page]

Each agent types a written query letter by letter (5 a second), reads and copies, and begins anew; the page asks once
the typing has paused, so a letter that is followed within the pause asks nothing. `find` asks POST /replies/find;
`page` the callback of the replies page. Latency is measured at the client, from sending to the last byte. The clients
take part of the same two cores, so the processor time of the web's own processes is told beside it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx

from connectors.storage.write import upsert_replies
from dashboard.cli import serving
from dashboard.domain.people import Role
from dashboard.services.accounts import Account, add_user
from dashboard.services.incidents.incident_desk import open_incident
from dashboard.services.incidents.incident_form import Desk
from dashboard.services.replies.reply_library import mark_changed, row_of
from dashboard.services.store import open_store
from dashboard.settings import load_settings
from tests.bench.bench_reply_search import MANY, many_replies
from tests.dashboard.domain.reply_quality import queries

LETTERS_PER_S, READS_S = 5.0, (4.0, 12.0)
PASSWORD = "a password for a bench"
ACCOUNTS = 20  # signing in is not what is measured; several agents share one
HZ = os.sysconf("SC_CLK_TCK")
_OUTPUTS = (
    *(("results", "children"), ("results", "data-query"), ("results", "role")),
    *(("count", "children"), ("selected", "data")),
)


@dataclass
class Agents:
    """What they ask and how long it took."""

    address: str
    sessions: list[tuple[str, str]]  # cookies and the token bound to them
    way: str
    pause_s: float
    until: float
    took: list[float] = field(default_factory=list)
    failed: int = 0

    def request(self, text: str, *, language: str, number: int) -> bytes:
        """One question as it goes over the line."""
        cookie, token = self.sessions[number % len(self.sessions)]
        if self.way == "page":
            path, kind, body = "/_dash-update-component", "application/json", _callback(text, language)
        else:
            path, kind = "/replies/find", "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode({"q": text, "language": language}).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: {self.address}\r\nCookie: {cookie}\r\nX-CSRFToken: {token}\r\n"
            f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body

    async def agent(self, number: int, asked: list[tuple[str, str]]) -> None:
        """One agent until the end."""
        chance = random.Random(number)
        host, port = self.address.split(":")
        await asyncio.sleep(chance.uniform(0, READS_S[1]))
        reader, writer = await asyncio.open_connection(host, int(port))
        while time.monotonic() < self.until:
            language, query = chance.choice(asked)
            typed = 0
            while typed < len(query) and time.monotonic() < self.until:
                typed += 1
                gap = chance.expovariate(LETTERS_PER_S)
                if gap >= self.pause_s or typed == len(query):
                    await asyncio.sleep(self.pause_s)
                    await self._ask(self.request(query[:typed], language=language, number=number), reader, writer)
                    gap -= self.pause_s
                await asyncio.sleep(max(0.0, gap))
            await asyncio.sleep(chance.uniform(*READS_S))
        writer.close()

    async def _ask(self, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        begin = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        if length:
            await reader.readexactly(int(length[1]))
        self.took.append(1000 * (time.perf_counter() - begin))
        self.failed += not head.startswith(b"HTTP/1.1 200")


def _callback(text: str, language: str) -> bytes:
    """What the page sends for a search; its outputs and inputs are those of the page's callback."""
    outputs = [(f"reply-{name}", prop) for name, prop in _OUTPUTS]
    asked = {"query": text, "language": language, "channel": "", "phase": "", "shelf": ""}
    inputs = [*((f"reply-{name}", "value", value) for name, value in asked.items()), ("reply-stamp", "data", "")]
    state = [("reply-selected", "data", None), ("reply-incident", "value", "")]
    return json.dumps(
        {
            "output": "..{}..".format("...".join(f"{i}.{p}" for i, p in outputs)),
            "outputs": [{"id": i, "property": p} for i, p in outputs],
            "inputs": [{"id": i, "property": p, "value": v} for i, p, v in inputs],
            "state": [{"id": i, "property": p, "value": v} for i, p, v in state],
            "changedPropIds": ["reply-query.value"],
        }
    ).encode()


@contextmanager
def web(folder: Path, *, replies: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The web server with so many approved replies, and its address."""
    config = folder / "andrang.toml"
    config.write_text("[web]\nport = 0\nsecure_cookies = false\n", encoding="utf-8")
    settings = load_settings(config)
    fill(settings, replies)
    listener = serving.listen(settings.web)
    with closing(listener):
        child = serving.web_server(settings.web, listener, environment={"ANDRANG_CONFIG": str(config)})
        child.start()
        assert child.process is not None
        try:
            address = serving.address_of(listener)
            while not serving.answers(address):
                time.sleep(0.2)
            yield address.removeprefix("http://").rstrip("/"), child.process
        finally:
            child.process.terminate()
            child.process.wait(10)


def fill(settings: object, replies: int) -> None:
    """Accounts, replies, and an outage."""
    now = datetime.now(UTC)
    with open_store(settings, migrate=True).begin() as session:  # type: ignore[arg-type]
        upsert_replies(session, [row_of(reply) for reply in many_replies(replies)])
        mark_changed(session, now)
        for number in range(ACCOUNTS):
            add_user(session, f"agent{number}", role=Role.AGENT, password=PASSWORD, by="bench", now=now)
        form = {"title": "Anmeldung gestört", "started_at": "00:01", "affected": "2 Mio"}
        desk = Desk("de", load_settings().zone, now + timedelta(days=1))
        open_incident(session, form, by=Account("kim", Role.MANAGER), desk=desk)


def signed_in(address: str) -> list[tuple[str, str]]:
    """Cookies of some accounts, each with its token."""
    sessions = []
    for number in range(ACCOUNTS):
        with httpx.Client(base_url=f"http://{address}") as client:
            page = client.get("/login", headers={"Accept": "text/html"}).text
            found = re.search(r'name="csrf_token" value="([^"]+)"', page)
            assert found
            form = {"csrf_token": found[1], "name": f"agent{number}", "password": PASSWORD}
            assert client.post("/login", data=form).status_code == 303
            assert client.get("/replies", headers={"Accept": "text/html"}).status_code == 200
            cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
            sessions.append((cookies, client.cookies["_csrf_token"]))
    return sessions


def cpu_s(parent: int) -> float:
    """Processor time of a process and its children [s]."""
    total = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(stat.parent.name) == parent or int(fields[1]) == parent:
            total += int(fields[11]) + int(fields[12])
    return total / HZ


def main() -> None:
    """Print what was asked and how long it took."""
    options = argparse.ArgumentParser()
    options.add_argument("--agents", type=int, default=500)
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--replies", type=int, default=MANY)
    options.add_argument("--way", choices=("find", "page"), default="find")
    options.add_argument("--pause", type=float, default=0.2, help="Rest [s] before the page asks; 0: each letter")
    given = options.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the web server ends with us, whatever ends us
    asked = [(one.language, one.text) for half in ("tuned", "held_out") for one in queries(half)]
    with tempfile.TemporaryDirectory() as folder, web(Path(folder), replies=given.replies) as (address, process):
        sessions = signed_in(address)
        until = time.monotonic() + READS_S[1] + given.seconds
        agents = Agents(address, sessions, given.way, given.pause, until)
        before, begin = cpu_s(process.pid), time.monotonic()

        async def all_of_them() -> None:
            await asyncio.gather(*(agents.agent(number, asked) for number in range(given.agents)))

        asyncio.run(all_of_them())
        spent, lasted = cpu_s(process.pid) - before, time.monotonic() - begin
    took = sorted(agents.took)
    load = os.getloadavg()[0]
    print(f"{given.agents} agents, {given.replies} replies, {given.way}, pause {given.pause:g} s; load {load:.1f}")
    print(f"{len(took)} searches in {lasted:.0f} s, {len(took) / lasted:.0f} a second, {agents.failed} failed")
    print(f"median {statistics.median(took):.1f} ms, p95 {took[int(0.95 * len(took))]:.1f}, slowest {took[-1]:.1f}")
    print(f"processor time of the web: {1000 * spent / len(took):.2f} ms a search, {spent / lasted:.2f} of its cores")


if __name__ == "__main__":
    main()
