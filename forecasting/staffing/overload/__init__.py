"""The centre that changes through the day, and may be far too small: backlog, waits, redials, time to clear."""

from forecasting.staffing.overload.result import DayResult
from forecasting.staffing.overload.solve import METHODS, Method, solve_day

__all__ = ["METHODS", "DayResult", "Method", "solve_day"]
