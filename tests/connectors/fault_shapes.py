"""What a healthy fetch of a rig looks like: its pages, where their rows stand, and how one page leads to the next.

From this the faults of paging are made for any vendor: repeated and endless cursors, shifted, doubled, shuffled pages.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from connectors.registry import build
from tests.connectors.fake_vendor import Answer, FakeVendor, HttpRig, Request, without_waiting

Path = tuple[str | int, ...]
Rows = list[dict[str, Any]]
# Parameters that count pages or rows, so that a record which moves shifts those behind it.
POSITIONAL = frozenset(
    ("page", "pagenumber", "page_number", "@page_number", "offset", "startat", "start", "skip", "after")
)

_FEW = 3  # such as: no start any more, but a page and its token


@dataclass
class Study:
    """What was asked and answered in one healthy fetch."""

    asked: list[Request] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def first_hit(self) -> int:
        """From which request on a fault hits: in the middle where there is one."""
        return 1 if len(self.asked) > 1 else 0

    def continued(self) -> list[int]:
        """The numbers of those answers that hold rows and were followed by a question for the next page."""
        counted = self.positional()
        return [i for i in range(len(self.asked) - 1) if rows_at(self.answers[i].body) and self._leads_on(i, counted)]

    def _leads_on(self, index: int, counted: tuple[Path, int] | None) -> bool:
        one, other = self.asked[index : index + 2]
        if self.links(index):
            return True
        same = (one.method, one.path) == (other.method, other.path)
        return counted is not None and same and _changed(one, other) == [counted[0]]

    def links(self, index: int) -> list[Path]:
        """Where in an answer's frame the text stands by which the next question names its page."""
        one, other = self.asked[index : index + 2]
        if (one.method, one.path) != (other.method, other.path) or len(_changed(one, other)) > _FEW:
            return []  # another question, not the next page of this one
        new = self.news(index)
        return [p for p, said in self._frame(index).items() if str(said) in new.values() or _leads_to(said, other, new)]

    def news(self, index: int) -> dict[str, str]:
        """What the next question says that this one did not, by its key."""
        one, other = self.asked[index : index + 2]
        new = {str(path[-1]): str(_leaf(other, path)) for path in _changed(one, other)}
        return {key: value for key, value in new.items() if value not in ("None", "True", "False")}

    def counts(self, index: int) -> list[Path]:
        """Where in an answer's frame it counts rows or pages."""
        links = self.links(index)
        return [path for path, value in self._frame(index).items() if type(value) is int and path not in links]

    def _frame(self, index: int) -> dict[Path, Any]:
        body = self.answers[index].body
        rows = rows_at(body) or ()
        return {path: value for path, value in leaves(body) if path[: len(rows)] != rows}

    def positional(self) -> tuple[Path, int] | None:
        """The parameter that counts pages or rows, and its step; None where the vendor has none."""
        for one, other in zip(self.asked, self.asked[1:], strict=False):
            changed = _changed(one, other)
            if (one.method, one.path) == (other.method, other.path) and len(changed) == 1:
                path = changed[0]
                first, second = _leaf(one, path), _leaf(other, path)
                if str(path[-1]).lower() in POSITIONAL and str(second).isdigit():
                    return path, _step(first, int(second))
        return None


def _step(first: Any, second: int) -> int:
    """From the first page to the second; where the first is not named it is page 1, or row 0."""
    if str(first).isdigit():
        return second - int(first)
    return 1 if second == 2 else second


def study(rig: HttpRig) -> Study:
    """Fetch once from a healthy vendor."""
    found = Study()

    def note(request: Request, ask: Callable[[Request], Answer]) -> Answer:
        answer = ask(request)
        found.asked.append(request)
        found.answers.append(answer)
        return answer

    with FakeVendor(rig, fault=note) as vendor, without_waiting():
        for _ in build(vendor.config(), caller_hash=str).fetch(None, now=rig.now):
            pass
    return found


def leaves(body: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every text, number, flag and null of a JSON value with its place."""
    if isinstance(body, dict):
        for key, value in body.items():
            yield from leaves(value, (*path, key))
    elif isinstance(body, list):
        for index, value in enumerate(body):
            yield from leaves(value, (*path, index))
    else:
        yield path, body


def rows_at(body: Any, path: Path = ()) -> Path | None:
    """Where the rows stand: the outermost list of objects that is longest."""
    found = [place for place in _lists(body, path) if get(body, place)]
    return max(found, key=lambda place: len(get(body, place)), default=None)


def _lists(body: Any, path: Path) -> Iterator[Path]:
    if isinstance(body, list):
        if body and all(isinstance(row, dict) for row in body):
            yield path
    elif isinstance(body, dict):
        for key, value in body.items():
            for place in _lists(value, ()):
                yield (*path, key, *place)


def get(body: Any, path: Path) -> Any:
    """The value at a place."""
    for key in path:
        body = body[key]
    return body


def put(body: Any, path: Path, value: Any) -> Any:
    """A copy with another value at a place."""
    if not path:
        return value
    body = copy.deepcopy(body)
    get(body, path[:-1])[path[-1]] = value
    return body


def with_rows(answer: Answer, change: Callable[[Rows], Rows]) -> Answer:
    """The answer with its rows changed; as it is where it has none."""
    if isinstance(answer.body, bytes) or (path := rows_at(answer.body)) is None:
        return answer
    return replace(answer, body=put(answer.body, path, change(copy.deepcopy(get(answer.body, path)))))


def asked_for(request: Request, path: Path, value: int) -> Request:
    """The same question for another page."""
    if path[0] == "query":
        return replace(request, query={**request.query, str(path[1]): [str(value)]})
    body = orjson.loads(request.body)
    old = _leaf(request, path)
    return replace(request, body=orjson.dumps(put(body, path[1:], value if isinstance(old, int) else str(value))))


def position(request: Request, path: Path) -> Any:
    """Which page a question asks for; None where it does not say."""
    return _leaf(request, path)


def _parts(request: Request) -> dict[Path, Any]:
    parts: dict[Path, Any] = {("query", key): values[0] for key, values in request.query.items()}
    try:
        body = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        return parts
    return parts | {("body", *path): value for path, value in leaves(body)}


def _leaf(request: Request, path: Path) -> Any:
    return _parts(request).get(path)


def _changed(one: Request, other: Request) -> list[Path]:
    first, second = _parts(one), _parts(other)
    return [path for path in {**first, **second} if first.get(path) != second.get(path)]


def _leads_to(said: Any, request: Request, new: Mapping[str, str]) -> bool:
    """Whether a text is the address of a question, with what is new in it."""
    if not isinstance(said, str) or request.path not in said:
        return False
    named = dict(parse_qsl(urlsplit(said).query))
    return any(named.get(key) == value for key, value in new.items())
