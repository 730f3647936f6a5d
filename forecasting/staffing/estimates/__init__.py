"""What a centre's own contacts say about handling times, patience and redials."""

from forecasting.staffing.estimates.customers import unique_customers
from forecasting.staffing.estimates.handling import HandlingTimes, handling_times
from forecasting.staffing.estimates.patience import Patience, exponential_patience
from forecasting.staffing.estimates.redials import Redials, redials
from forecasting.staffing.estimates.survival import Survival, kaplan_meier

__all__ = [
    "HandlingTimes",
    "Patience",
    "Redials",
    "Survival",
    "exponential_patience",
    "handling_times",
    "kaplan_meier",
    "redials",
    "unique_customers",
]
