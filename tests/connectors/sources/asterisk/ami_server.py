"""A manager interface on loopback that greets, lets in and answers as a test says."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import BinaryIO

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
SECRET = "geheim-4711"
Reply = Callable[[dict[str, str]], bytes]


def packet(**fields: object) -> bytes:
    """A packet of the manager interface."""
    return "".join(f"{key}: {value}\r\n" for key, value in fields.items()).encode() + b"\r\n"


def queue(
    name: str, *, calls: object = 0, waits: tuple[object, ...] = (), members: tuple[dict[str, object], ...] = ()
) -> bytes:
    """What QueueStatus says of one queue, without the id of the action."""
    said = packet(Event="QueueParams", Queue=name, Calls=calls, Completed=7, Abandoned=3)
    for number, member in enumerate(members):
        fields = {"Location": f"PJSIP/{number}", "Status": 1, "Paused": 0, "InCall": 0, **member}
        said += packet(Event="QueueMember", Queue=name, **fields)
    return said + b"".join(packet(Event="QueueEntry", Queue=name, Position=1, Wait=wait) for wait in waits)


@dataclass
class FakeAmi:
    """Counts what it was asked; `status` is the body of the answer to QueueStatus, `raw` replaces any dialogue."""

    port: int = 0
    status: bytes = b""
    banner: bytes = BANNER
    raw: Reply | None = None
    asked: list[str] = field(default_factory=list)

    def answer(self, said: dict[str, str], challenge: str = "246813") -> bytes:
        """The answer to one action, with noise that nobody asked for in front of it."""
        name, action = said.get("ActionID", ""), said.get("Action", "")
        self.asked.append(action)
        noise = packet(Event="FullyBooted", Status="Fully Booted") + packet(Event="VarSet", Variable="x", Value="a: b")
        if self.raw is not None:
            return self.raw(said)
        if action == "Challenge":
            return noise + packet(Response="Success", ActionID=name, Challenge=challenge)
        if action == "Login":
            key = hashlib.md5((challenge + SECRET).encode(), usedforsecurity=False).hexdigest()
            if said.get("Key") != key:
                return packet(Response="Error", ActionID=name, Message="Authentication failed")
            return packet(Response="Success", ActionID=name, Message="Authentication accepted") + noise
        if action == "Ping":
            return packet(Response="Success", ActionID=name, Ping="Pong", Timestamp="1795423663.25")
        mine = f"ActionID: {name}\r\n\r\n".encode()
        start = packet(Response="Success", ActionID=name, EventList="start")
        end = packet(Event="QueueStatusComplete", ActionID=name, EventList="Complete")
        return noise + start + noise + self.status.replace(b"\r\n\r\n", b"\r\n" + mine) + end


@contextmanager
def fake_ami(**options: object) -> Iterator[FakeAmi]:
    """A server that serves until the block ends."""
    fake = FakeAmi(**options)  # type: ignore[arg-type]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        fake.port = listener.getsockname()[1]
        threading.Thread(target=_serve, args=(listener, fake), daemon=True).start()
        yield fake
        listener.shutdown(socket.SHUT_RDWR)


def _serve(listener: socket.socket, fake: FakeAmi) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection, suppress(OSError), connection.makefile("rb") as stream:
            connection.sendall(fake.banner)
            while said := _action(stream):
                connection.sendall(fake.answer(said))


def _action(stream: BinaryIO) -> dict[str, str]:
    said: dict[str, str] = {}
    for line in stream:
        key, _, value = line.decode().strip().partition(": ")
        if not key:
            break
        said[key] = value
    return said
