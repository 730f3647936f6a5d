"""Handling time by group, such as the hour of the day; small groups lean on the whole."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.staffing.inputs import numbers
from forecasting.staffing.quadrature import Floats

LEAN = 50  # contacts with which the mean of all weighs against a group's own


@dataclass(frozen=True, slots=True)
class HandlingTimes:
    """Means by group.

    Attributes
    ----------
    group
        The groups that occur, rising; shape (n_groups,).
    contacts
        How many contacts each has.
    aht_s
        Estimate of the mean [s].
    standard_error_s
        Of the group's own mean [s]; NaN with a single contact.
    overall_s
        Mean of all contacts [s].
    """

    group: NDArray[np.int64]
    contacts: NDArray[np.int64]
    aht_s: Floats
    standard_error_s: Floats
    overall_s: float


def handling_times(handle_s: ArrayLike, group: ArrayLike, *, lean: float = LEAN) -> HandlingTimes:
    """Estimate the mean handling time of each group, drawn towards the mean of all.

    Parameters
    ----------
    handle_s
        Talk + hold + wrap-up of answered contacts [s], shape (n_contacts,).
    group
        Whole numbers such as the local hour of arrival, shape (n_contacts,).
    lean
        Contacts that the mean of all counts for in each group; 0 takes the groups' own means.

    Raises
    ------
    ValueError
        Nothing to estimate from, other shapes, or values that are negative or no numbers.

    Examples
    --------
    >>> times = handling_times([100, 200, 600], [8, 8, 9], lean=1)
    >>> times.aht_s.tolist()
    [200.0, 450.0]
    """
    handled, labels = numbers("handle_s", handle_s), np.asarray(group, dtype=np.int64)
    if handled.ndim != 1 or handled.shape != labels.shape or not len(handled):
        raise ValueError(
            f"handle_s and group need one entry a contact and at least one, got shapes {handled.shape}, {labels.shape}"
        )
    if not 0 <= lean < np.inf:
        raise ValueError(f"lean must be at least 0 and finite, got {lean}")
    groups, member = np.unique(labels, return_inverse=True)
    contacts = np.bincount(member)
    mean = np.bincount(member, handled) / contacts
    overall = float(handled.mean())
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = np.bincount(member, (handled - mean[member]) ** 2) / (contacts - 1)
        error = np.sqrt(variance / contacts)
    return HandlingTimes(groups, contacts, (contacts * mean + lean * overall) / (contacts + lean), error, overall)
