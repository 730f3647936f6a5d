"""The examples in the docstrings."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

from forecasting.staffing import estimates, levers, overload

MODULES = [f"{package.__name__}.{one.name}" for package in (estimates, levers, overload)
           for one in pkgutil.iter_modules(package.__path__)]  # fmt: skip
WITH_EXAMPLES = {"handling", "patience", "survival", "customers", "solve"}


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    failed, tried = doctest.testmod(importlib.import_module(name))
    assert failed == 0
    assert tried > 0 or name.rpartition(".")[2] not in WITH_EXAMPLES
