"""`andrang forecast surge`: what a running outage will bring, from its facts and the counts so far."""

from __future__ import annotations

from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
import numpy as np
import orjson
import pandas as pd

from dashboard.cli.surge_counts import INTERVAL_S, SurgeCounts, read_counts
from dashboard.cli.surge_facts import read_facts
from dashboard.cli.volume_options import parse_time
from forecasting.intervals import interval_index
from forecasting.outages import Outage
from forecasting.surge import SurgeForecast, SurgeQueue, forecast_surge
from forecasting.surge.forecast import LIBRARY
from forecasting.surge.library.levels import LEVELS, Array, mean_of
from forecasting.surge.library.nowcast import PATH_LEVELS, NearSurge
from forecasting.surge.library.shipped import shipped_nowcaster, shipped_scores, shipped_surges
from forecasting.surge.library.targets import TARGETS, targets_of

SCHEMA = "andrang.forecast.surge/1"
_INTERVAL_MIN = INTERVAL_S // 60
_NAMES = ("p10", "p50", "p90")
_FILE = click.Path(path_type=Path)


class Zone(click.ParamType[str]):
    """An IANA time zone."""

    name = "zone"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Check the name; wrong use for an unknown one."""
        try:
            return ZoneInfo(str(value)).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            self.fail(f"unknown time zone {value!r}; write an IANA name such as Europe/Berlin", param, ctx)


@click.command()
@click.option("--observed", type=_FILE, required=True, help="Counts: interval_start,[queue],offered, 15 min or finer.")
@click.option("--incident", type=_FILE, required=True, help="Facts, TOML: started_at, affected_low, affected_high, ...")
@click.option("--now", required=True, help="The present; later counts are not used.")
@click.option("--baseline", default="auto", show_default=True, help="Output of forecast volume, or auto.")
@click.option("--timezone", type=Zone(), default="UTC", show_default=True, help="Zone of naive times and of output.")
@click.option(
    "--channel", default="call", show_default=True, help="How these contacts come: call, chat, email, ticket."
)
@click.option("--hours", type=click.IntRange(8, 72), default=8, show_default=True, help="How far the path reaches.")
@click.option("--format", "style", type=click.Choice(["json"]), default="json", show_default=True)
@click.option("--output", type=click.File("w", encoding="utf-8"), default="-", help="Default: standard output.")
def surge(
    observed: Path,
    incident: Path,
    now: str,
    baseline: str,
    timezone: str,
    channel: str,
    hours: int,
    style: str,
    output: TextIO,
) -> None:
    """Forecast contacts above normal: total and peak of the next four hours, time to the end, path of eight hours
    or more.

    Before the first counted interval the facts alone speak; from then on the library of past surges, with the facts
    pooled in: the same function as on the board.
    """
    moment = parse_time(now, timezone, hint="--now")
    facts, outage = read_facts(incident, timezone=timezone)
    counts = read_counts(
        observed,
        onset=pd.Timestamp(facts.started_at).tz_convert("UTC"),
        now=moment,
        queues=facts.queues,
        timezone=timezone,
        baseline=baseline,
        n_ahead=hours * 3600 // INTERVAL_S,
    )
    outlook = _outlook(outage, counts, timezone=timezone, channel=channel)
    made = _answer(outlook, counts, timezone)
    body = {
        "schema": SCHEMA,
        "now": _text(moment, timezone),
        "as_of": _text(counts.as_of, timezone),
        "onset": _text(counts.start, timezone),
        "elapsed_min": _INTERVAL_MIN * len(counts.since),
        "interval_s": INTERVAL_S,
        "timezone": timezone,
        "observed": round(float(counts.since.sum()), 4),
        "normal_from": counts.normal_from,
        **made,
        "notes": [*counts.notes, *outlook.notes],
    }
    output.write(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode() + "\n")


def _outlook(outage: Outage, counts: SurgeCounts, *, timezone: str, channel: str) -> SurgeForecast:
    """The board's outlook of one queue that is always open, as far as the normal volume reaches."""
    step = pd.Timedelta(seconds=INTERVAL_S)
    first = counts.start - len(counts.before) * step
    index = interval_index(first, pd.Timestamp(counts.normal.index[-1]) + step, INTERVAL_S)
    normal = counts.normal.reindex(index).fillna(0.0).to_numpy(dtype=float)  # `before` is above normal already
    seen = np.concatenate([counts.before, counts.since])
    offered = np.full(len(index), np.nan)
    offered[: len(seen)] = seen + normal[: len(seen)]
    queue = SurgeQueue("all", channel, normal, np.ones(len(index), dtype=bool), offered)
    return forecast_surge(
        outage,
        [queue],
        index=index,
        now=counts.as_of.to_pydatetime(),
        timezone=timezone,
        levels=PATH_LEVELS,
        library=shipped_nowcaster(),
        busiest_hour=counts.busiest,
    )


def _answer(outlook: SurgeForecast, counts: SurgeCounts, timezone: str) -> dict[str, Any]:
    """Ranges, path and grounds; before any count the time to the end is that of the library's surges."""
    targets = _from_facts(outlook) if outlook.targets is None else _from_library(outlook.targets)
    said = outlook.nowcast
    return {
        "model": outlook.model,
        "too_small": said is not None and said.too_small,
        **targets,
        "path": _path(outlook.overall.quantiles[:, outlook.index >= counts.as_of], counts, timezone),
        "rests_on": {
            "share_facts": round(outlook.share_prior, 4),
            "share_data": round(1 - outlook.share_prior, 4),
            "share_curve": round(outlook.share_curve, 4),
            "library_surges": outlook.library_size,
            "nearest": [_near(one) for one in said.nearest] if said else [],
            "last_score": _score(outlook.n_elapsed) if outlook.model == LIBRARY else None,
            "clock": outlook.clock if said else "none",
        },
    }


def _from_library(targets: Array) -> dict[str, Any]:
    natural = np.concatenate([np.expm1(targets[:2]), _INTERVAL_MIN * targets[2:]])
    return {target: _range(row) for target, row in zip(TARGETS, natural, strict=True)}


def _from_facts(outlook: SurgeForecast) -> dict[str, Any]:
    total = [outlook.next_4h[level] for level in PATH_LEVELS]
    ends = [target[2] for one in shipped_surges() if (target := targets_of(one, 1)) is not None]
    end = (_INTERVAL_MIN * (np.quantile(ends, PATH_LEVELS) + 1)).tolist()
    peak = [outlook.peak.size[level] for level in PATH_LEVELS]
    return {
        target: dict(zip(_NAMES, np.round(values, 4).tolist(), strict=True))
        for target, values in zip(TARGETS, (total, peak, end), strict=True)
    }


def _range(quantiles: Array) -> dict[str, float]:
    at = {name: float(quantiles[LEVELS.index(level)]) for name, level in zip(_NAMES, PATH_LEVELS, strict=True)}
    return {name: round(value, 4) for name, value in {**at, "mean": mean_of(quantiles)}.items()}


def _path(path: Array, counts: SurgeCounts, timezone: str) -> list[dict[str, Any]]:
    times = interval_index(counts.as_of, counts.as_of + path.shape[1] * pd.Timedelta(seconds=INTERVAL_S), INTERVAL_S)
    normal = counts.normal.reindex(times).to_numpy(dtype=float)
    return [
        {
            "interval_start": _text(time, timezone),
            "normal": round(float(usual), 4),
            **dict(zip(_NAMES, np.round(values, 4).tolist(), strict=True)),
        }
        for time, usual, values in zip(times, normal, path.T, strict=True)
    ]


def _near(one: NearSurge) -> dict[str, Any]:
    return {
        "surge": one.key,
        "likeness": round(one.likeness, 4),
        "total": one.total,
        "peak": one.peak,
        "end_min": _INTERVAL_MIN * one.end_intervals,
    }


def _score(n_elapsed: int) -> dict[str, dict[str, float]]:
    """Cross-validated scores of the library at the judged time nearest below."""
    judged = sorted({minutes for _, minutes in shipped_scores()})
    at = max((minutes for minutes in judged if minutes <= _INTERVAL_MIN * n_elapsed), default=judged[0])
    return {target: dict(shipped_scores()[target, at]) for target in TARGETS}


def _text(time: pd.Timestamp, timezone: str) -> str:
    return time.tz_convert(timezone).isoformat(timespec="seconds")
