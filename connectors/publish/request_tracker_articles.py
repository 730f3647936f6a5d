"""KIND "request_tracker_articles": approved replies as articles of Request Tracker 5, in one class.

Vendor: https://docs.bestpractical.com/rt/5.0.3/RT/REST2.html. The class must exist, with a custom field of text for
articles (RT brings the field "Content"), and the account needs SeeClass, ShowArticle, CreateArticle, ModifyArticle,
DisableArticle, SeeCustomField and ModifyCustomField on it. An article's summary carries our marker, by which it is
found again. Retracting disables an article. RT puts an article into a reply as it stands and fills nothing.
RT says 200 to changes it does not make, so each change is read back.
Proof: run against a real Request Tracker 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Final

import orjson

from connectors.errors import SourceError
from connectors.http import HTTP_OPTIONS, Auth, BasicAuth, BearerAuth, field, open_client
from connectors.options import Option, read_options, url_option, wrong
from connectors.publish.publisher import MARK, GoneError, Item, Proof, own_marker
from connectors.source import SourceConfig

_ROOT = "/REST/2.0"
_PAGE = 100
_GONE = 404
_RIGHTS: Final = (
    "SeeClass, ShowArticle, CreateArticle, ModifyArticle, DisableArticle, SeeCustomField and ModifyCustomField"
)


class RequestTrackerArticles:
    """One article a reply and language."""

    KIND: ClassVar[str] = "request_tracker_articles"
    PROOF: ClassVar[Proof] = "live"
    FILLS: ClassVar[Mapping[str, str]] = {}
    OPTIONS: ClassVar[tuple[Option, ...]] = (
        url_option("Address of Request Tracker, such as https://rt.example.com"),
        Option("user", "Account that writes the articles; leave out where a token is given"),
        Option("password", "Password of that account", secret=True),
        Option("token", "Authentication token of an account, instead of user and password", secret=True),
        Option("class", "The class of the articles", default="General"),
        Option("text_field", "The custom field that holds an article's text", default="Content"),
        *HTTP_OPTIONS,
    )

    def __init__(self, config: SourceConfig) -> None:
        self._name = config.name
        values = read_options(config, self.OPTIONS)
        self._class, self._field = values["class"], values["text_field"]
        self._client = open_client(config.name, values, auth=_auth(config, values), block=config.block)

    def check(self) -> None:
        """The class is there, and articles of it have the field."""
        answer = self._client.get(f"{_ROOT}/classes/all", params={"fields": "Name", "per_page": _PAGE})
        rows = field(answer.body, "items", list, name=self._name)
        found = {str(row.get("Name")): str(row.get("id")) for row in rows if isinstance(row, dict)}
        if self._class not in found:
            raise self._wrong(
                f"shows no class of articles {self._class!r} (it shows {', '.join(found) or 'none'}); make it, or give "
                f"the account the rights {_RIGHTS}"
            )
        body = self._client.get(f"{_ROOT}/class/{found[self._class]}").body
        fields = [str(one.get("name")) for one in body.get("ArticleCustomFields") or () if isinstance(one, dict)]
        if self._field not in fields:
            raise self._wrong(
                f"has no field {self._field!r} for articles of {self._class!r} (it has {', '.join(fields) or 'none'}); "
                "apply one to the class, or name it as text_field"
            )

    def standing(self) -> Mapping[str, str]:
        """All articles with our marker, the disabled ones among them."""
        query = orjson.dumps([{"field": "Summary", "operator": "STARTSWITH", "value": MARK}]).decode()
        params = {"query": query, "fields": "Summary,Class", "per_page": _PAGE, "find_disabled_rows": 1}
        found: dict[str, str] = {}
        for page in range(1, self._client.limits.max_pages + 1):
            body = self._client.get(f"{_ROOT}/articles", params={**params, "page": page}).body
            rows = field(body, "items", list, name=self._name)
            for row in rows:
                if isinstance(row, dict) and (marker := own_marker(row.get("Summary"))):
                    found.setdefault(marker, str(row["id"]))
            if len(rows) < _PAGE:
                return found
        raise SourceError(self._name, "lists articles without end; look at its answers", permanent=True)

    def create(self, item: Item) -> str:
        """POST, and read back."""
        body = {"Class": self._class, **self._article(item)}
        try:
            made = self._client.change("POST", f"{_ROOT}/article", json=body).body
        except SourceError as error:
            if error.status == 400:  # RT does not say why
                raise self._wrong(f"did not take the article; is another one there called {item.title!r}?") from None
            raise
        remote_id = str(field(made, "id", str, name=self._name))
        self._verify(remote_id, item, disabled=False)
        return remote_id

    def update(self, remote_id: str, item: Item) -> None:
        """PUT, and read back."""
        self._put(remote_id, {**self._article(item), "Disabled": 0})
        self._verify(remote_id, item, disabled=False)

    def retract(self, remote_id: str) -> None:
        """Disable it, and read back."""
        try:
            self._put(remote_id, {"Disabled": 1})
            self._verify(remote_id, None, disabled=True)
        except GoneError:
            return

    def _put(self, remote_id: str, body: dict[str, Any]) -> None:
        try:
            self._client.change("PUT", self._address(remote_id), json=body)
        except SourceError as error:
            if error.status == _GONE:
                raise GoneError(self._name, f"article {remote_id}") from None
            raise

    def _verify(self, remote_id: str, item: Item | None, *, disabled: bool) -> None:
        """Raise SourceError unless the article stands as it should."""
        body = self._client.get(self._address(remote_id)).body
        if str(body.get("Disabled")) != str(int(disabled)):
            raise self._wrong(f"did not {'disable' if disabled else 'show'} article {remote_id}; it needs {_RIGHTS}")
        if item is None:
            return
        values = [
            value
            for one in body.get("CustomFields") or ()
            if isinstance(one, dict) and one.get("name") == self._field
            for value in one.get("values") or ()
        ]
        if _folded(" ".join(map(str, values))) != _folded(item.text) or body.get("Name") != item.title:
            raise self._wrong(
                f"did not take title and text of article {remote_id} as they were sent; it needs {_RIGHTS}, and no "
                f"other article called {item.title!r}"
            )

    def _article(self, item: Item) -> dict[str, Any]:
        return {"Name": item.title, "Summary": f"{MARK}{item.marker}", "CustomFields": {self._field: item.text}}

    def _address(self, remote_id: str) -> str:
        return f"{_ROOT}/article/{int(remote_id)}"

    def _wrong(self, message: str) -> SourceError:
        return SourceError(self._name, message, permanent=True)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _auth(config: SourceConfig, values: Mapping[str, Any]) -> Auth:
    user, password, token = values["user"], values["password"], values["token"]
    if token is not None and user is None:
        return BearerAuth(token, "token ")
    if user is None or password is None or token is not None:
        raise wrong(config, "needs either user and password_env, or token_env alone")
    return BasicAuth(user, password)
