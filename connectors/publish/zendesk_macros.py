"""KIND "zendesk_macros": approved replies as macros of Zendesk Support that write a public comment.

Vendor: https://developer.zendesk.com/api-reference/ticketing/business-rules/macros/. A macro's description carries our
marker, by which it is found again. Retracting switches a macro off; nothing is deleted. Zendesk fills the customer's
and the agent's name and the ticket's number itself. Needs an account that may manage shared macros.
Proof: the documentation's pages, which requests and answers follow; it was never run against Zendesk.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from connectors.errors import SourceError
from connectors.http import (
    HTTP_OPTIONS,
    Auth,
    BasicAuth,
    BearerAuth,
    expect,
    field,
    open_client,
)
from connectors.options import Option, read_options, url_option, wrong
from connectors.publish.publisher import MARK, GoneError, Item, Proof, own_marker
from connectors.source import SourceConfig

_PATH = "/api/v2/macros"
_PER_MINUTE = 60
_PAGE = 100
_GONE = 404


class ZendeskMacros:
    """One macro a reply and language."""

    KIND: ClassVar[str] = "zendesk_macros"
    PROOF: ClassVar[Proof] = "documentation"
    FILLS: ClassVar[Mapping[str, str]] = {
        "agent.customer": "{{ticket.requester.name}}",
        "agent.name": "{{current_user.name}}",
        "agent.ticket": "{{ticket.id}}",
    }
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("The account's address, such as https://SUBDOMAIN.zendesk.com"),
        Option("email", "E-mail address of the administrator whose API token is used"),
        Option("api_token", "API token that belongs to the e-mail address", secret=True),
        Option("oauth_token", "OAuth token with the right to write, instead of e-mail and API token", secret=True),
        Option("category", "The folder of the macros, as agents see it", default="Andrang"),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig) -> None:
        self._name = config.name
        values = read_options(config, self.OPTIONS)
        self._category = values["category"]
        self._client = open_client(
            config.name,
            values,
            auth=_auth(config, values),
            requests_per_minute=_PER_MINUTE,
            block=config.block,
        )

    def check(self) -> None:
        """One macro is asked for: that shows whether the account is let in."""
        answer = self._client.get(_PATH, params={"page[size]": 1})
        field(answer.body, "macros", list, name=self._name)

    def standing(self) -> Mapping[str, str]:
        """All macros with our marker, page by page."""
        found: dict[str, str] = {}
        after: str | None = None
        for _ in range(self._client.limits.max_pages):
            body = self._client.get(_PATH, params={"page[size]": _PAGE, "page[after]": after}).body
            for one in field(body, "macros", list, name=self._name):
                if isinstance(one, dict) and (marker := own_marker(one.get("description"))):
                    found.setdefault(marker, str(one.get("id")))
            meta = field(body, "meta", dict, name=self._name)
            if not meta.get("has_more"):
                return found
            after = expect(meta.get("after_cursor"), str, name=self._name, what="meta.after_cursor")
        raise SourceError(self._name, "lists macros without end; look at the account", permanent=True)

    def create(self, item: Item) -> str:
        """POST; the id of the macro made."""
        body = self._client.change("POST", _PATH, json=self._macro(item)).body
        return str(field(field(body, "macro", dict, name=self._name), "id", int, name=self._name))

    def update(self, remote_id: str, item: Item) -> None:
        """PUT, with all its actions; it is switched on again."""
        self._put(remote_id, self._macro(item))

    def retract(self, remote_id: str) -> None:
        """PUT active false."""
        try:
            self._put(remote_id, {"macro": {"active": False}})
        except GoneError:
            return

    def _put(self, remote_id: str, body: dict[str, Any]) -> None:
        try:
            self._client.change("PUT", f"{_PATH}/{int(remote_id)}", json=body)
        except SourceError as error:
            if error.status == _GONE:
                raise GoneError(self._name, f"macro {remote_id}") from None
            raise

    def _macro(self, item: Item) -> dict[str, Any]:
        return {
            "macro": {
                "title": f"{self._category}::{item.title}",
                "description": f"{MARK}{item.marker}",
                "active": True,
                "actions": [
                    {"field": "comment_value", "value": item.text},
                    {"field": "comment_mode_is_public", "value": "true"},
                ],
            }
        }


def _auth(config: SourceConfig, values: Mapping[str, Any]) -> Auth:
    email, token, oauth = values["email"], values["api_token"], values["oauth_token"]
    if oauth is not None and token is None:
        return BearerAuth(oauth)
    if email is None or token is None or oauth is not None:
        raise wrong(config, "needs either email and api_token_env, or oauth_token_env alone")
    return BasicAuth(f"{email}/token", token)
