"""How the event loop's arrays are laid out: one record a thing, so that what is needed together lies together."""

from __future__ import annotations

import numpy as np

# What becomes of an attempt.
WAITING, IN_SERVICE, ANSWERED, ABANDONED, BUSY, CLOSED, CALLED_BACK = range(7)
# What changes at a stop.
STAFF, OPEN, CLOSE, LINES = range(4)
# Places among the counters.
HEAP, ATTEMPTS, FULL, INTERVAL, EVENTS, SEED = range(6)
N_COUNTERS = 6

LAW = np.dtype([("kind", "i8"), ("shape", "f8"), ("begin", "i8"), ("end", "i8")], align=True)
TYPE = np.dtype(
    [
        ("handling", LAW), ("patience", LAW),
        ("priority", "i8"), ("concurrency", "i8"), ("callback", "i8"), ("trunk", "i8"),
        ("reconnect", "f8"), ("reconnect_after", "f8"),
        ("callback_after", "f8"), ("leave_at_closing", "i8"),
        ("is_open", "i8"), ("head", "i8"), ("tail", "i8"),
    ],
    align=True,
)  # fmt: skip
VALUE = np.dtype(
    [
        ("work", "f8"), ("patience", "f8"), ("redial", "f8"), ("redial_after", "f8"),
        ("redial_busy", "f8"), ("callback_share", "f8"), ("most", "f8"),
    ],
    align=True,
)  # fmt: skip
GROUP = np.dtype([("people", "i8"), ("occupied", "i8")], align=True)
# `order` is of another kind: the place-th type that a group serves, by priority; -1 where there are no more.
LINK = np.dtype([("after", "f8"), ("serving", "i8"), ("order", "i8")], align=True)
TRUNK = np.dtype([("lines", "i8"), ("taken", "i8")], align=True)
STOP = np.dtype([("at", "f8"), ("what", "i8"), ("who", "i8"), ("people", "i8")], align=True)
DUE = np.dtype([("at", "f8"), ("what", "i8")], align=True)
CONTACT = np.dtype(
    [
        ("arrived", "f8"), ("answered", "f8"), ("ended", "f8"), ("again", "f8"),
        ("person", "i4"), ("before", "i4"), ("behind", "i4"), ("tries", "i4"),
        ("type", "i2"), ("group", "i2"), ("fate", "i4"),
    ],
    align=True,
)  # fmt: skip

SUM = np.dtype(
    [
        (name, "f8")
        for name in (
            "attempts", "decided", "wait", "in_time", "abandoned", "busy", "closed", "called_back",
            "answered", "unserved", "area", "waiting_at_end", "answered_wait", "taken",
        )
    ]
)  # fmt: skip
