"""A vendor's own description against which requests and answers are held, cut down to the operations in question.

The descriptions have up to four megabytes; openapi-core takes minutes over such a one. Cut to the operations a source
uses and to what these refer to, it takes a fraction of a second. Swagger 2.0 is rewritten to OpenAPI 3.0 first.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import yaml
from openapi_core import Config, OpenAPI
from openapi_core.exceptions import OpenAPIError
from openapi_core.testing import MockRequest, MockResponse

_HOST = "https://vendor.test"
_METHODS = ("get", "post", "put", "patch", "delete")
_Json = dict[str, Any]


@dataclass(frozen=True)
class Contract:
    """A description: its file in the folder of contracts, and the operations a source uses as `METHOD /path`."""

    file: str
    operations: tuple[str, ...]
    # Paths of requests that no description covers, such as the token endpoint of an OAuth server; said, not hidden.
    beside: tuple[str, ...] = ()
    # What the description gets wrong, and how it is put right before it is used: JSON pointer → value.
    amended: Mapping[str, Any] = field(default_factory=dict)

    def load(self, folder: Path) -> Checker:
        """The checker for these operations."""
        return Checker(self, _cut(_described(folder / self.file), self.operations, self.amended))


@dataclass(frozen=True)
class Said:
    """One request and its answer, as they went over the wire."""

    method: str
    target: str  # path and query
    headers: Mapping[str, str]
    body: bytes
    status: int
    answer: Any


class Checker:
    """Holds what was said against a description."""

    def __init__(self, contract: Contract, described: _Json) -> None:
        self.contract = contract
        self.described = described
        # Whether the vendor's description is itself in order is not ours to judge.
        self._api = OpenAPI.from_dict(described, config=Config(spec_validator_cls=None))

    def covers(self, said: Said) -> bool:
        """Whether the description speaks of this request at all."""
        return urlsplit(said.target).path not in self.contract.beside

    def check(self, said: Said) -> None:
        """Raise where the operation, a parameter, the body or the answer is not as described."""
        parts = urlsplit(said.target)
        query = parse_qsl(parts.query, keep_blank_values=True)
        self._refuse_unknown(said, parts.path, query)
        request = MockRequest(
            _HOST,
            said.method,
            parts.path,
            args=[(_base(name), value) for name, value in query],
            headers=dict(said.headers),
            data=said.body or None,
            content_type=_media_type(said.headers),
        )
        answer = MockResponse(json.dumps(said.answer).encode(), status_code=said.status)
        try:
            self._api.validate_request(request)
            self._api.validate_response(request, answer)
        except OpenAPIError as error:
            raise AssertionError(f"{said.method} {parts.path} is not as described: {_reason(error)}") from None

    def operation(self, said: Said) -> str:
        """The operation as `METHOD /path`, with the names of what stands in the path."""
        return f"{said.method} {self._operation(said.method.lower(), urlsplit(said.target).path)[0]}"

    def record_schema(self, operation: str, *path: str) -> _Json:
        """The schema under an operation's answer, resolved: `path` names the properties, "[]" the items of a list."""
        method, where = operation.split(" ", 1)
        responses = self.described["paths"][where][method.lower()]["responses"]
        answer = resolved(self.described, responses.get("200") or responses["default"])
        schema = resolved(self.described, next(iter(answer["content"].values()))["schema"])
        for step in path:
            schema = schema["items"] if step == "[]" else _property(self.described, schema, step)
            schema = resolved(self.described, schema)
        return schema

    def _refuse_unknown(self, said: Said, path: str, query: list[tuple[str, str]]) -> None:
        operation = self._operation(said.method.lower(), path)
        shared = self.described["paths"][operation[0]].get("parameters", [])
        known = {resolved(self.described, p)["name"] for p in (*shared, *operation[1].get("parameters", []))}
        for name, _ in query:
            assert {name, _base(name)} & known, (
                f"{said.method} {path} knows no parameter {name!r}, only {sorted(known)}"
            )

    def _operation(self, method: str, path: str) -> tuple[str, _Json]:
        for pattern, item in self.described["paths"].items():
            if method in item and fits(pattern, path):
                return pattern, item[method]
        raise AssertionError(f"the description has no operation {method.upper()} {path}")


def _reason(error: BaseException) -> str:
    """What is wrong, and where, without the whole page around it."""
    while error.__cause__ is not None:
        error = error.__cause__
    found = getattr(error, "schema_errors", None)
    if not found:
        return f"{type(error).__name__}: {error}"[:300]
    return "; ".join(f"{'/'.join(map(str, e.absolute_path))}: {e.message[:120]}" for e in list(found)[:5])


def _base(name: str) -> str:
    """`q[after]` is the key `after` of the parameter `q`; `statuses[]` is a name of its own."""
    head, bracket, rest = name.partition("[")
    return head if bracket and rest != "]" else name


def _media_type(headers: Mapping[str, str]) -> str:
    lower = {name.lower(): value for name, value in headers.items()}
    return lower.get("content-type", "application/json").partition(";")[0]


def fits(pattern: str, path: str) -> bool:
    """Whether a path is one of those a pattern such as `/calls/{id}` stands for."""
    ours, theirs = pattern.strip("/").split("/"), path.strip("/").split("/")
    return len(ours) == len(theirs) and all(a == b or "{" in a for a, b in zip(ours, theirs, strict=True))


def _property(described: _Json, schema: _Json, name: str) -> _Json:
    if name in schema.get("properties", {}):
        return dict(schema["properties"][name])
    for part in schema.get("allOf", ()):
        found = _property(described, resolved(described, part), name)
        if found:
            return found
    return {}


def resolved(described: _Json, value: _Json) -> _Json:
    """What a reference points to."""
    while "$ref" in value:
        value = _at(described, value["$ref"])
    return value


def _at(described: Any, pointer: str) -> Any:
    for key in _steps(pointer):
        described = described[int(key)] if isinstance(described, list) else described[key]
    return described


def _steps(pointer: str) -> list[str]:
    return [step.replace("~1", "/").replace("~0", "~") for step in pointer.lstrip("#").strip("/").split("/")]


@cache
def _described(file: Path) -> _Json:
    """The whole description; kept, since several kinds share one."""
    text = gzip.decompress(file.read_bytes()).decode("utf-8")
    raw = json.loads(text) if ".json" in file.name else yaml.load(text, Loader=_Loader)
    return _modern(raw) if raw.get("swagger") == "2.0" else raw


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Dates stay texts, as in JSON."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in _Loader.yaml_implicit_resolvers.items()
}


def _cut(whole: _Json, operations: tuple[str, ...], amended: Mapping[str, Any]) -> _Json:
    cut: _Json = {"openapi": whole["openapi"], "info": {"title": "cut", "version": "1"}, "servers": [{"url": _HOST}]}
    cut["paths"] = {}
    cut["components"] = {}
    for operation in operations:
        method, path = operation.split(" ", 1)
        item = whole["paths"][path]
        kept = cut["paths"].setdefault(path, {k: v for k, v in item.items() if k not in (*_METHODS, "servers")})
        kept[method.lower()] = {k: v for k, v in item[method.lower()].items() if k not in ("security", "servers")}
    _keep_references(whole, cut)
    cut = json.loads(json.dumps(cut))  # a copy, so that amending does not touch what other kinds use
    for pointer, value in amended.items():
        *way, last = _steps(pointer)
        target = _at(cut, "/".join(step.replace("~", "~0").replace("/", "~1") for step in way))
        target[last] = value
    return cut


def _keep_references(whole: _Json, cut: _Json) -> None:
    todo, seen = list(_references(cut)), set()
    while todo:
        pointer = todo.pop()
        section, kind, name = _steps(pointer)[:3]
        if (section, kind, name) in seen:
            continue
        seen.add((section, kind, name))
        found = whole[section][kind][name]
        cut.setdefault(section, {}).setdefault(kind, {})[name] = found
        todo.extend(_references(found))


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def _modern(old: _Json) -> _Json:
    """Swagger 2.0 in the words of OpenAPI 3.0, as far as a JSON API needs it."""
    text = json.dumps(old).replace('"#/definitions/', '"#/components/schemas/')
    new = json.loads(text)
    for item in new["paths"].values():
        for method in _METHODS:
            if method in item:
                _write_out(item[method], new)
                _modern_operation(item[method])
    return {"openapi": "3.0.3", "paths": new["paths"], "components": {"schemas": new["definitions"]}}


def _write_out(operation: _Json, whole: _Json) -> None:
    """Put shared parameters and answers where they are used; OpenAPI 3.0 keeps them elsewhere."""

    def part(one: _Json) -> _Json:
        kind, _, name = str(one.get("$ref", "")).removeprefix("#/").partition("/")
        return json.loads(json.dumps(whole[kind][name])) if kind in ("parameters", "responses") else one

    operation["parameters"] = [part(one) for one in operation.get("parameters", [])]
    operation["responses"] = {status: part(one) for status, one in operation["responses"].items()}


def _modern_operation(operation: _Json) -> None:
    parameters = operation.pop("parameters", [])
    operation.pop("produces", None)
    for body in (p for p in parameters if p["in"] == "body"):
        content = {"application/json": {"schema": body["schema"]}}
        operation["requestBody"] = {"required": body.get("required", False), "content": content}
    kinds = ("type", "format", "enum", "items", "minimum", "maximum")
    operation["parameters"] = [
        {
            "name": p["name"],
            "in": p["in"],
            "required": p.get("required", False),
            "schema": {k: p[k] for k in kinds if k in p},
        }
        for p in parameters
        if p["in"] != "body"
    ]
    for answer in operation["responses"].values():
        if "schema" in answer:
            answer["content"] = {"application/json": {"schema": answer.pop("schema")}}
