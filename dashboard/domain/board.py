"""What the board shows: frozen values that services fill and pages draw. Times are aware UTC, shares in [0, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from dashboard.domain.incidents import IncidentFacts, Severity
from dashboard.domain.levers import EffectView, LeverBoard, Mark, Measured


@dataclass(frozen=True, slots=True)
class Range:
    """A forecast value as a range."""

    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the board with its age; None is shown as unknown, never as zero.

    `stale` says that the source behind it has been silent for too long; `state` is ok, watch or act.
    """

    value: float | None
    as_of: datetime | None
    stale: bool = False
    state: str = "ok"
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A count in the interval that begins at `at`."""

    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class BandPoint:
    """A forecast count in the interval that begins at `at`."""

    at: datetime
    p10: float
    p50: float
    p90: float


@dataclass(frozen=True, slots=True)
class Assumption:
    """A number nobody measured here: what it is, where it comes from, whether a person changed it.

    `key` names the message `assumption.<key>` and, for editable ones, the field of IncidentFacts.
    """

    key: str
    low: float
    high: float
    source: str
    changed: bool = False


@dataclass(frozen=True, slots=True)
class PastSurge:
    """A past surge like the present one, from its onset on; `own`: the centre's own incident."""

    total: float
    peak: float  # greatest quarter-hour
    end_min: float  # until contacts fell below a fifth of the peak
    own: bool = False


@dataclass(frozen=True, slots=True)
class SurgeScore:
    """What the library scored after so many minutes: error against plain scaling, and how often the range held."""

    ratio: float
    coverage: float  # of the range from P10 to P90
    n: int


@dataclass(frozen=True, slots=True)
class SurgeBasis:
    """What a surge forecast rests on."""

    share_prior: float  # [0, 1]; the rest is data
    assumptions: tuple[Assumption, ...]
    observed: int  # contacts above normal so far
    expected_total: Range  # contacts above normal over the whole event
    made_at: datetime
    model: str = "facts"  # facts | library | scaling (too small for the library)
    elapsed_min: int = 0  # counted since the onset
    peak: Range | None = None  # greatest quarter-hour above normal, all channels
    peak_at: datetime | None = None
    clear: tuple[datetime | None, datetime | None] = (None, None)  # near normal again: earliest, latest
    people: Range | None = None  # unique customers behind the contacts
    next_4h: Range | None = None  # contacts above normal in the 16 intervals after the last one that is over
    effects: tuple[EffectView, ...] = ()  # what was done and lowers it
    measured: Mapping[str, Measured] = field(default_factory=dict)  # by the action's id
    library: int = 0  # past surges known
    own: int = 0  # of them the centre's own
    nearest: tuple[PastSurge, ...] = ()
    score: SurgeScore | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelFan:
    """One channel's chart: the day so far, the normal day, and what is ahead."""

    channel: str
    interval_s: int
    observed: tuple[Point, ...]  # closed intervals only
    running: Point | None  # the interval under way, so far
    normal: tuple[Point, ...]
    ahead: tuple[BandPoint, ...]
    peak_at: datetime | None
    peak: Range | None
    normal_again_at: tuple[datetime, datetime] | None  # when demand is back near normal: earliest, latest
    model: str
    made_at: datetime | None
    score: float | None  # WAPE of what was forecast for the last 7 days, None before there is any
    stale: bool = False
    marks: tuple[Mark, ...] = ()  # what was done about open incidents


@dataclass(frozen=True, slots=True)
class IncidentStrip:
    """The incident as the top line of the situation."""

    id: int
    facts: IncidentFacts
    revision: int
    recorded_at: datetime
    recorded_by: str
    basis: SurgeBasis | None


@dataclass(frozen=True, slots=True)
class ProposalStrip:
    """A question to a manager: an incident that signals propose, or one that they say is over."""

    kind: str  # proposal | clear
    title: str
    signals: tuple[int, ...]  # what a decision is about
    firing: int
    sources: tuple[str, ...]
    services: tuple[str, ...]
    severity: Severity
    since: datetime
    url: str | None
    incident_id: int | None  # what it may join, or what is over
    incident_title: str
    fits: bool  # whether the rules say that it belongs to that incident
    ended: int = 0  # signals that have ended


@dataclass(frozen=True, slots=True)
class QueueNow:
    """One queue now and over the last hour."""

    key: str
    label: str
    channel: str
    skill: str
    is_open: bool
    waiting: Figure
    longest_wait_s: Figure
    offered: Figure  # last hour; target: what is normal
    times_normal: Figure
    service_level: Figure  # last hour, answered within the threshold ÷ all offered that are decided
    abandonment: Figure  # last hour
    aht_s: Figure
    work_queued_h: Figure  # waiting × AHT
    change_per_h: Figure  # waiting contacts gained (+) or lost (−) per hour, over the last 15 minutes
    answer_within_s: int
    agents_required: Figure  # for the current interval
    history: tuple[Point, ...]  # offered, last 24 intervals


@dataclass(frozen=True, slots=True)
class RaisedWatch:
    """A queue whose contacts the forecast does not explain, since when, and how many times normal when it was seen.

    Several queues that are seen only together are one; `n_queues` says how many.
    """

    queue: str
    label: str
    since: datetime
    times_normal: float
    n_queues: int = 1


@dataclass(frozen=True, slots=True)
class WatchView:
    """What the watch on contacts says; `watched` queues share `rate_per_week` false alarms."""

    raised: tuple[RaisedWatch, ...]
    watched: int
    rate_per_week: float


@dataclass(frozen=True, slots=True)
class SituationView:
    """All of the situation page."""

    now: datetime
    drill: bool
    timezone: str
    incidents: tuple[IncidentStrip, ...]
    times_normal: Figure
    waiting: Figure
    longest_wait_s: Figure
    service_level: Figure
    abandonment: Figure
    fans: tuple[ChannelFan, ...]
    queues: tuple[QueueNow, ...]
    proposals: tuple[ProposalStrip, ...] = ()
    levers: LeverBoard | None = None  # None without an open incident
    watch: WatchView | None = None  # None before it first looked
    sources: tuple[str, ...] = ()  # what the figures are read from


@dataclass(frozen=True, slots=True)
class StaffingCell:
    """People needed in one interval: for the median and the upper end of demand."""

    at: datetime
    offered_p50: float
    offered_p90: float
    agents_p50: int
    agents_p90: int
    scheduled_p50: int  # with shrinkage
    scheduled_p90: int
    service_level: float  # reached by agents_p50 at offered_p50
    occupancy: float
    rostered: float | None = None  # people the roster schedules; None: it does not tell
    short_p50: float | None = None  # of scheduled_p50 not in the roster; in a sum of queues the sum of theirs
    short_p90: float | None = None


@dataclass(frozen=True, slots=True)
class QueueStaffing:
    """A queue's staffing need and the numbers it was computed with."""

    key: str
    label: str
    channel: str
    model: str  # erlang_a
    service_level: float
    answer_within_s: int
    aht_s: float
    aht_source: str  # "measured" (last 4 weeks) or "setting"
    patience_s: float
    shrinkage: float
    max_occupancy: float
    cells: tuple[StaffingCell, ...]
    concurrency: int = 1  # contacts one person works on at once


@dataclass(frozen=True, slots=True)
class StaffingView:
    """All of the staffing page."""

    now: datetime
    drill: bool
    timezone: str
    interval_s: int
    made_at: datetime | None
    queues: tuple[QueueStaffing, ...]


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source as the sources page shows it."""

    name: str
    kind: str
    evidence: str
    state: str  # ok | stale | failing | never
    last_success_at: datetime | None
    lag_s: float | None
    records_24h: int
    rejected: int
    error: str | None
    advice: str | None  # message key of what to do
    failures: int = 0  # pulls in a row that failed
    retry_at: datetime | None = None  # when it is tried again after a failure
    paused: bool = False  # the breaker is open until `retry_at`
    lags: tuple[float | None, ...] = ()  # age of the latest record [s], last 24 h in equal steps, the worst of each


@dataclass(frozen=True, slots=True)
class ProbeView:
    """A test of a source that a person asked for: `state` is running, passed, short, failed or unanswered."""

    source: str
    asked_at: datetime
    asked_by: str
    state: str
    saw: str = ""
    queues: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()  # of them, those that the config does not know
    missing: tuple[str, ...] = ()
    skew_s: float | None = None  # their clock less ours, where it is far off
    error: str | None = None


@dataclass(frozen=True, slots=True)
class BackfillView:
    """A back-fill under way or lately ended: `state` is running, silent, stopped, failed or done."""

    source: str
    since: datetime
    state: str
    share: float | None  # [0, 1], None where the source does not tell how much there is
    contacts: int
    intervals: int
    rejected: int
    changed_at: datetime
    error: str | None


@dataclass(frozen=True, slots=True)
class RejectedView:
    """A rejected record, to look at."""

    source: str
    seen_at: datetime
    location: str
    reason: str
    raw: str


@dataclass(frozen=True, slots=True)
class SourcesView:
    """All of the sources page."""

    now: datetime
    drill: bool
    sources: tuple[SourceHealth, ...]
    rejected: tuple[RejectedView, ...]
    runs: tuple[Mapping[str, object], ...] = ()
    probes: tuple[ProbeView, ...] = ()
    backfills: tuple[BackfillView, ...] = ()
