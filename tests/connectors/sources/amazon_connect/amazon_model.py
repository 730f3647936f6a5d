"""Questions and answers held against Amazon's service model, as botocore brings it."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, ServiceModel
from botocore.parsers import create_parser
from botocore.validate import ParamValidator

from tests.connectors.fake_vendor import Answer, Request

_OPERATIONS = ("ListQueues", "GetMetricDataV2", "GetCurrentMetricData")


@cache
def _model() -> ServiceModel:
    return botocore.session.Session().get_service_model("connect")


def _operation(request: Request) -> tuple[OperationModel, dict[str, str]]:
    for name in _OPERATIONS:
        operation = _model().operation_model(name)
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", operation.http["requestUri"])
        found = re.fullmatch(pattern, request.path)
        if found and operation.http["method"] == request.method:
            return operation, found.groupdict()
    raise AssertionError(f"Amazon knows no {request.method} {request.path}")


def question_problems(request: Request) -> str:
    """What the model finds wrong with a question."""
    operation, said = _operation(request)
    members = operation.input_shape.members
    given: dict[str, Any] = {**said, **(request.json() if request.body else {})}
    for name, shape in members.items():
        key = shape.serialization.get("name", name)
        if shape.serialization.get("location") == "querystring" and key in request.query:
            texts = request.query[key]
            given[name] = (
                texts if shape.type_name == "list" else int(texts[0]) if shape.type_name == "integer" else texts[0]
            )
    unknown = sorted(set(given) - set(members))
    report = ParamValidator().validate(given, operation.input_shape).generate_report()
    return f"{report} unknown: {unknown}" if unknown else report


def _as_type(name: str, texts: list[str]) -> Any:
    if name == "list":
        return texts
    return int(texts[0]) if name == "integer" else texts[0]


def answer_problems(request: Request, answer: Answer) -> str:
    """What the model finds wrong with an answer; what the model does not know counts as wrong."""
    operation, _ = _operation(request)
    shape = operation.output_shape
    response = {"status_code": answer.status, "headers": {}, "body": answer.content()}
    parsed = create_parser(_model().metadata["protocol"]).parse(response, shape)
    parsed.pop("ResponseMetadata")
    unknown = sorted(set(answer.body) - set(shape.members))
    report = ParamValidator().validate(parsed, shape).generate_report()
    return f"{report} unknown: {unknown}" if unknown else report
