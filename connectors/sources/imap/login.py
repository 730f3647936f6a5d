"""Signing in: by password, by an access token that somebody else renews, or by one that is asked for here."""

from __future__ import annotations

import imaplib
from typing import Any

from connectors.errors import SourceError
from connectors.http import HttpClient, field
from connectors.options import Option, Secret

LOGIN_OPTIONS: tuple[Option, ...] = (
    Option("user", "The mailbox's user name, often its address", required=True),
    Option("password", "Its password", secret=True),
    Option("access_token", "An OAuth access token, where something else renews it", secret=True),
    Option("token_url", "Where access tokens are given for client credentials (OAuth 2)"),
    Option("client_id", "The client id for token_url"),
    Option("client_secret", "The client secret for token_url", secret=True),
    Option("scope", "The scope asked for at token_url"),
)


def ways(values: dict[str, Any]) -> list[str]:
    """The ways of signing in that the block gives."""
    return [key for key in ("password", "access_token", "token_url") if values[key] is not None]


def sign_in(name: str, connection: imaplib.IMAP4, values: dict[str, Any]) -> None:
    """Sign in, or a SourceError that never holds the secret."""
    secret: str = values["password"].reveal() if values["password"] else _token(name, values)
    try:
        if values["password"]:
            _by_password(connection, values["user"], secret)
        else:
            said = f"user={values['user']}\x01auth=Bearer {secret}\x01\x01".encode()
            answers = iter((said,))
            connection.authenticate("XOAUTH2", lambda _: next(answers, b""))  # a refusal wants an empty answer
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        what = "user or password" if values["password"] else "the access token"
        raise SourceError(name, f"the mail server refuses {what}; check them", permanent=True) from None


def _by_password(connection: imaplib.IMAP4, user: str, password: str) -> None:
    if "AUTH=PLAIN" in connection.capabilities:
        connection.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
    else:
        connection.login(user, password)


def _token(name: str, values: dict[str, Any]) -> str:
    given: Secret | None = values["access_token"]
    if given is not None:
        return given.reveal()
    client = HttpClient(
        name, values["token_url"], allow_private_network=values["allow_private_network"], ca_file=values["ca_file"]
    )
    form = {
        "grant_type": "client_credentials",
        "client_id": values["client_id"],
        "client_secret": values["client_secret"].reveal(),
        **({"scope": values["scope"]} if values["scope"] else {}),
    }
    return field(client.post("", data=form).body, "access_token", str, name=name)
