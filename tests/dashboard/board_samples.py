"""A situation as it may be: two million customers locked out, forty minutes in; and the ordinary day before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp, sin

from dashboard.domain.board import (
    Assumption,
    BandPoint,
    ChannelFan,
    Figure,
    IncidentStrip,
    PastSurge,
    Point,
    QueueNow,
    Range,
    SituationView,
    SurgeBasis,
    SurgeScore,
)
from dashboard.domain.incidents import IncidentFacts, Phase, Severity
from dashboard.domain.levers import ActionView, EffectView, LeverBoard, LeverLine, Measured, Spread

NOW = datetime(2026, 11, 24, 10, 20, tzinfo=UTC)  # 11:20 in Berlin
DAY = datetime(2026, 11, 24, 7, 0, tzinfo=UTC)
STEP = timedelta(minutes=15)
BEGAN = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
QUEUES = (
    ("service", "Kundenservice", "call", 1.0),
    ("cards", "Karten und Sperren", "call", 0.55),
    ("loans", "Kredite", "call", 0.25),
    ("chat", "Chat Service", "chat", 0.4),
    ("mail", "Postfach", "ticket", 0.3),
    ("business", "Geschäftskunden", "call", 0.2),
)


def situation(*, incident: bool = True) -> SituationView:
    """The whole view."""
    hot = "act" if incident else "ok"
    return SituationView(
        now=NOW,
        drill=True,
        timezone="Europe/Berlin",
        incidents=(strip(),) if incident else (),
        times_normal=_figure(11.4 if incident else 1.04, state=hot),
        waiting=_figure(2318.0 if incident else 7.0, state=hot),
        longest_wait_s=_figure(2484.0 if incident else 51.0, state=hot),
        service_level=_figure(0.06 if incident else 0.83, state=hot, target=0.8),
        abandonment=_figure(0.61 if incident else 0.021, state=hot),
        fans=(
            fan("call", 420.0, surge=6300.0 if incident else 0.0),
            fan("chat", 88.0, surge=820.0 if incident else 0.0),
            fan("ticket", 61.0, surge=240.0 if incident else 0.0),
        ),
        queues=tuple(queue(*names, incident=incident) for names in QUEUES),
        levers=lever_board() if incident else None,
    )


def strip() -> IncidentStrip:
    """The incident and what its surge rests on."""
    facts = IncidentFacts(
        title="Anmeldung und Bestellungen nach Datenbankfehler gestört",
        started_at=BEGAN,
        affected_low=1_800_000,
        affected_high=2_200_000,
        severity=Severity.CRITICAL,
        phase=Phase.IDENTIFIED,
        services=("Online-Konto", "Bestellung"),
        eta=NOW + timedelta(hours=3, minutes=40),
        next_update_at=NOW + timedelta(minutes=12, seconds=30),
    )
    basis = SurgeBasis(
        share_prior=0.37,
        assumptions=(
            Assumption("contact_share", 0.08, 0.25, "stated", changed=True),
            Assumption("peak_share", 0.006, 0.024, "peak_share"),
            Assumption("onset_to_peak_s", 1800.0, 7200.0, "onset_to_peak"),
            Assumption("half_life_s", 9000.0, 28800.0, "half_life"),
            Assumption("eta_slip", 0.8, 2.5, "eta_slip"),
            Assumption("redial", 0.2, 0.5, "redial"),
        ),
        observed=14_820,
        expected_total=Range(96_000, 148_000, 231_000),
        made_at=NOW - timedelta(minutes=3),
        model="library",
        elapsed_min=75,
        peak=Range(9_400, 14_000, 22_000),
        peak_at=NOW + timedelta(minutes=45),
        clear=(NOW + timedelta(hours=5, minutes=10), NOW + timedelta(hours=20)),
        people=Range(81_000, 125_000, 195_000),
        library=60,
        own=1,
        nearest=(PastSurge(3_073, 420, 180.0), PastSurge(41_000, 5_200, 330.0, own=True)),
        score=SurgeScore(0.69, 0.8, 59),
        notes=("eta_passed",),
        next_4h=Range(31_000, 52_000, 88_000),
        effects=(
            EffectView("message", NOW - timedelta(minutes=5), NOW + timedelta(hours=20), Spread(0.05, 0.15, 0.3)),
        ),
    )
    return IncidentStrip(1, facts, 3, NOW - timedelta(minutes=6), "manager", basis)


def lever_board() -> LeverBoard:
    """A lever of each kind, one of them pulled."""
    pulled = ActionView(
        id=7,
        kind="lever",
        lever="message",
        text="",
        at=NOW - timedelta(minutes=20),
        by="manager",
        starts_at=NOW - timedelta(minutes=5),
        ends_at=NOW + timedelta(hours=20),
        ended=False,
        assumed=Spread(0.05, 0.15, 0.3),
        measured=Measured(why="soon"),
    )
    nobody = Spread(0.0, 0.0, 0.0)
    line = LeverLine("sms", "demand", Spread(3_100, 5_800, 9_700), None, 2700.0, 4000.0, None, "", changed=False)
    return LeverBoard(
        incident_id=1,
        incident_title="Anmeldung und Bestellungen nach Datenbankfehler gestört",
        configured=True,
        problem="",
        currency="EUR",
        lines=(
            line,
            replace(
                line, key="callback", kind="defer", contacts=Spread(1_100, 2_200, 3_900), cost=90.0, cost_hours=2.0
            ),
            replace(line, key="overtime", kind="people", contacts=Spread(1, 190, 190), people=Spread(15, 15, 15)),
            replace(line, key="outsourcer", kind="people", contacts=nobody, people=Spread(42, 51, 60), changed=True),
            replace(line, key="message", cost=0.0, source="ours", action=pulled),
        ),
        done=(pulled,),
    )


def fan(channel: str, level: float, *, surge: float) -> ChannelFan:
    """One channel's day; `surge` is the height of the wave."""
    times = [DAY + i * STEP for i in range(48)]
    normal = [Point(at, round(level * _shape(at), 1)) for at in times]
    seen = [at for at in times if at + STEP <= NOW]
    observed = [
        Point(at, round(level * _shape(at) * (1 + 0.05 * sin(at.minute + at.hour)) + surge * _wave(at))) for at in seen
    ]
    ahead = [_ahead(at, level, surge) for at in times if at + STEP > NOW]
    peak = max(ahead, key=lambda point: point.p50)
    return ChannelFan(
        channel=channel,
        interval_s=900,
        observed=tuple(observed),
        running=Point(seen[-1] + STEP, round((level + surge * _wave(seen[-1] + STEP)) / 3)),
        normal=tuple(normal),
        ahead=tuple(ahead),
        peak_at=peak.at,
        peak=Range(peak.p10, peak.p50, peak.p90),
        normal_again_at=(NOW + timedelta(hours=5, minutes=10), NOW + timedelta(hours=8, minutes=25)) if surge else None,
        model="profile_poisson",
        made_at=NOW - timedelta(minutes=3),
        score=0.083,
    )


def queue(key: str, label: str, channel: str, share: float, *, incident: bool) -> QueueNow:
    """One queue's row."""
    load = share * (11.0 if incident else 1.0)
    state = "act" if load > 3 else "watch" if load > 2 else "ok"
    waiting = round(900 * share) if incident else round(4 * share)
    return QueueNow(
        key=key,
        label=label,
        channel=channel,
        skill="",
        is_open=True,
        waiting=_figure(float(waiting), state=state),
        longest_wait_s=_figure(2484.0 * share if incident else 40.0, state=state),
        offered=_figure(1200.0 * load, target=1200.0 * share),
        times_normal=_figure(load / share if incident else 1.0, state=state),
        service_level=_figure(0.06 if incident else 0.84, state=state, target=0.8),
        abandonment=_figure(0.6 if incident else 0.02, state=state),
        aht_s=_figure(342.0),
        work_queued_h=_figure(waiting * 342 / 3600),
        change_per_h=_figure(2400.0 * share if incident else -2.0),
        answer_within_s=20,
        agents_required=_figure(float(round(60 + 900 * load / 10))),
        history=tuple(
            Point(NOW - (24 - i) * STEP, 300 * share * (1 + (8 if incident and i > 20 else 0))) for i in range(24)
        ),
    )


def stale(view: SituationView) -> SituationView:
    """The same view with a source that has been silent for ten minutes."""
    old = NOW - timedelta(minutes=10)
    return replace(
        view,
        waiting=replace(view.waiting, stale=True, as_of=old),
        fans=tuple(replace(f, stale=True) for f in view.fans),
    )


def _figure(value: float | None, *, state: str = "ok", target: float | None = None) -> Figure:
    return Figure(value, NOW - timedelta(seconds=4), state=state, target=target)


def _shape(at: datetime) -> float:
    hour = at.hour + at.minute / 60 + 1
    return 0.35 + 0.75 * exp(-((hour - 10.5) ** 2) / 7) + 0.55 * exp(-((hour - 15) ** 2) / 9)


def _wave(at: datetime) -> float:
    hours = (at - BEGAN).total_seconds() / 3600
    return 0.0 if hours < 0 else max(0.0, (hours + 0.2) * exp(1 - (hours + 0.2) / 1.6) / 1.6)


def _ahead(at: datetime, level: float, surge: float) -> BandPoint:
    middle = level * _shape(at) + surge * _wave(at)
    spread = 0.12 + (0.28 if surge else 0.0)
    return BandPoint(at, middle * (1 - spread * 0.8), middle, middle * (1 + spread))
