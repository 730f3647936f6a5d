"""One line of the log: `epoch|callid|queue|agent|EVENT|args…`."""

from __future__ import annotations

import re
from dataclasses import dataclass

# event → where hold time and talk time [s] stand in its arguments, counted from the end where that is fixed
DONE = {
    "COMPLETEAGENT": (0, 1),
    "COMPLETECALLER": (0, 1),
    "TRANSFER": (-3, -2),
    "BLINDTRANSFER": (-3, -2),
    "ATTENDEDTRANSFER": (-3, -2),
}
# event → where the time waited [s] stands; EXITWITHKEY names the key first
LEFT = {"ABANDON": 2, "EXITWITHTIMEOUT": 2, "EXITEMPTY": 2, "EXITWITHKEY": 3}
ENTER, CONNECT, START = "ENTERQUEUE", "CONNECT", "QUEUESTART"
CALL_EVENTS = frozenset({ENTER, CONNECT, *DONE, *LEFT})
_LATEST = 32_503_680_000  # the year 3000: anything later is no second count
_DIGIT = re.compile(r"\d")


class BrokenLineError(ValueError):
    """The line does not say what its event must say."""


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line that is about a call or about the log itself."""

    at: float
    call: str
    queue: str
    event: str
    args: tuple[str, ...]

    def seconds(self, index: int) -> int | None:
        """The duration at `index` of the arguments; None where the line does not reach so far."""
        try:
            text = self.args[index]
        except IndexError:
            return None
        if not text.strip().isdigit():
            raise BrokenLineError(f"{self.event} must give whole seconds, got {text[:40]!r}")
        return int(text)


def parse_line(text: str) -> LogLine:
    """The line's parts; BrokenLineError where it is torn or no queue_log line at all."""
    parts = text.split("|")
    if len(parts) < 5:
        raise BrokenLineError(f"a line needs epoch|callid|queue|agent|EVENT, got {len(parts)} fields")
    try:
        at = float(parts[0])
    except ValueError as error:
        raise BrokenLineError(f"a line begins with seconds since 1970, got {parts[0][:40]!r}") from error
    if not 0 < at < _LATEST:
        raise BrokenLineError(f"a line begins with seconds since 1970, got {parts[0][:40]!r}")
    line = LogLine(at, parts[1], parts[2], parts[4], tuple(parts[5:]))
    if line.event in CALL_EVENTS and (not line.call or not line.queue or line.call == "NONE" or line.queue == "NONE"):
        raise BrokenLineError(f"{line.event} must name a call and a queue, got {line.call!r} in {line.queue!r}")
    return line


def masked(text: str) -> str:
    """A line as it may be kept: the arguments' digits, among them a caller's number, are blotted out."""
    head, bar, rest = "", "", text
    parts = text.split("|", 5)
    if len(parts) == 6 and parts[4] != ENTER:
        return text[:500]
    if len(parts) == 6:
        head, bar, rest = "|".join(parts[:5]), "|", parts[5]
    return (head + bar + _DIGIT.sub("#", rest))[:500]
