"""Levers and the surge plan: what to do about people missing, at which cost, and what stays short."""

from forecasting.staffing.levers.catalogue import DRAWS, KINDS, Draw, Kind, Lever, Window, check_catalogue
from forecasting.staffing.levers.lines import Binding, PlanLine
from forecasting.staffing.levers.plan import PENALTY, SurgePlan, solve_plan
from forecasting.staffing.levers.shortage import Shortage

__all__ = [
    "DRAWS",
    "KINDS",
    "PENALTY",
    "Binding",
    "Draw",
    "Kind",
    "Lever",
    "PlanLine",
    "Shortage",
    "SurgePlan",
    "Window",
    "check_catalogue",
    "solve_plan",
]
