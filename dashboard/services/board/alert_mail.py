"""Sends an alert by e-mail: over TLS unless the config says otherwise, and never again where it may have arrived."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from dashboard.services.board.alert_secret import secret
from dashboard.settings import MailSettings

TEMPORARY: Final = range(400, 500)


class SendError(Exception):
    """A message that did not go out; `again`: whether another try may help, without telling anybody twice."""

    def __init__(self, message: str, *, again: bool) -> None:
        super().__init__(message)
        self.again = again


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one person; `key` tells it from every other, so that a mail program can fold doubles."""

    to: str
    subject: str
    body: str
    key: str
    at: datetime


def send(mail: Mail, settings: MailSettings) -> None:
    """Hand one message to the mail server; SendError where it does not take it."""
    message = _message(mail, settings)
    server = _connect(settings)
    try:
        _hand_over(server, mail, message, settings)
    finally:
        server.close()


def _connect(settings: MailSettings) -> smtplib.SMTP:
    where, timeout = (settings.host, settings.port), settings.timeout_s
    context = ssl.create_default_context(cafile=str(settings.ca_file) if settings.ca_file else None)
    try:
        if settings.security == "tls":
            return smtplib.SMTP_SSL(*where, timeout=timeout, context=context)
        server = smtplib.SMTP(*where, timeout=timeout)
        if settings.security == "starttls":
            server.starttls(context=context)
        return server
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(
            f"the mail server {settings.host}:{settings.port} cannot be used: {_plain(error)}", again=True
        ) from error


def _hand_over(server: smtplib.SMTP, mail: Mail, written: EmailMessage, settings: MailSettings) -> None:
    try:
        if settings.user:
            server.login(
                settings.user, secret("[mail] password", env=settings.password_env, file=settings.password_file)
            )
        server.ehlo_or_helo_if_needed()
        _expect(server.mail(settings.sender), "the sender")
        _expect(server.rcpt(mail.to), f"the recipient {mail.to}")
    except smtplib.SMTPAuthenticationError as error:
        raise SendError("the mail server refuses user or password; check [mail]", again=False) from error
    except (OSError, smtplib.SMTPException) as error:
        raise SendError(f"the mail server broke off: {_plain(error)}", again=True) from error
    try:
        _expect(server.data(written.as_bytes(policy=SMTP)), "the message")
    except smtplib.SMTPDataError as error:
        raise SendError(
            f"the mail server refuses the message: {_plain(error)}", again=error.smtp_code in TEMPORARY
        ) from error
    except (OSError, smtplib.SMTPException) as error:
        # It may have been taken: to be told twice would be worse than to look into the history.
        message = f"not known whether it went out, for the mail server did not confirm: {_plain(error)}"
        raise SendError(message, again=False) from error


def _expect(answer: tuple[int, bytes], what: str) -> None:
    code, said = answer
    if not 200 <= code < 300:
        text = said.decode(errors="replace")[:200]
        raise SendError(f"the mail server refuses {what} ({code} {text})", again=code in TEMPORARY)


def _message(mail: Mail, settings: MailSettings) -> EmailMessage:
    message = EmailMessage()
    domain = settings.sender.rpartition("@")[2]
    try:
        message["From"], message["To"], message["Subject"] = settings.sender, mail.to, mail.subject
    except ValueError as error:
        raise SendError(f"the address or subject cannot be written into a mail: {error}", again=False) from error
    message["Date"] = format_datetime(mail.at)
    digest = hashlib.sha256(f"{mail.key} {mail.to}".encode()).hexdigest()[:32]
    message["Message-ID"] = f"<{digest}@{domain or 'andrang.invalid'}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body, cte="quoted-printable")
    return message


def _plain(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
