"""A mail server on the loopback that keeps what it takes, and can be told to refuse, to fall silent or to hang up."""

from __future__ import annotations

import socketserver
import threading
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast


@dataclass
class MailServer:
    """`replies` gives another answer to a command (MAIL, RCPT, DATA, END); "hang up" ends the connection instead."""

    port: int = 0
    taken: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    replies: dict[str, str] = field(default_factory=dict)

    def start(self) -> MailServer:
        """Answer on a free port."""
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                _talk(self, outer)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Be gone."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def messages(self) -> list[EmailMessage]:
        """What was taken, as a mail program reads it."""
        return [cast(EmailMessage, message_from_bytes(one, policy=policy.default)) for one in self.taken]


def _talk(handler: socketserver.StreamRequestHandler, server: MailServer) -> None:
    def say(line: str) -> None:
        handler.wfile.write(f"{line}\r\n".encode())

    say("220 loopback")
    while line := handler.rfile.readline().decode().strip():
        command = line.split(":")[0].split()[0].upper()
        reply = server.replies.get(command, "")
        if reply == "hang up":
            return
        if reply:
            say(reply)
        elif command == "EHLO":
            say("250-loopback")
            say("250 AUTH PLAIN")
        elif command == "AUTH":
            server.logins.append(line.split()[-1])
            say("235 welcome")
        elif command == "DATA":
            say("354 go on")
            if not _take(handler, server, say):
                return
        else:
            server.recipients += [line.split("<")[1].split(">")[0]] if command == "RCPT" else []
            say("221 bye" if command == "QUIT" else "250 fine")


def _take(handler: socketserver.StreamRequestHandler, server: MailServer, say: object) -> bool:
    lines: list[bytes] = []
    while (line := handler.rfile.readline()) not in (b".\r\n", b""):
        lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
    reply = server.replies.get("END", "250 taken")
    if reply.startswith("250") or reply == "hang up":
        server.taken.append(b"".join(lines))
    if reply == "hang up":
        return False
    say(reply)  # type: ignore[operator]
    return True
