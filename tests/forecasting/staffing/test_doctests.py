"""The examples in the docstrings."""

from __future__ import annotations

import doctest
import importlib
import pkgutil

import pytest

import forecasting.staffing as package

MODULES = [module.name for module in pkgutil.iter_modules(package.__path__)]
WITH_EXAMPLES = {"erlang_a", "erlang_b", "erlang_c", "evaluate", "quadrature", "requirement", "shrinkage"}


@pytest.mark.parametrize("name", MODULES)
def test_examples(name: str) -> None:
    module = importlib.import_module(f"forecasting.staffing.{name}")
    failed, tried = doctest.testmod(module)
    assert failed == 0
    assert tried > 0 or name not in WITH_EXAMPLES
