"""CDR and AMI against a real Asterisk 22: answered, given up, timed out, transferred; as the queue_log has them."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.errors import SourceError
from connectors.records import ContactEvent, Outcome, QueueState
from connectors.registry import build
from connectors.source import Source
from tests.connectors.asterisk_server import Asterisk, CannotRunError, running_asterisk
from tests.connectors.source_rigs import config_of

pytestmark = [pytest.mark.live, pytest.mark.shared, pytest.mark.xdist_group("asterisk")]
_WITHIN_S = 60.0
_DIALPLAN = """
[inbound](+)
exten => 602,1,Queue(slow,,,,20)
 same => n,Hangup()
exten => 604,1,Queue(gone,,,,2)
 same => n,Hangup()
[agents](+)
exten => _2XX,1,Ringing()
 same => n,Wait(3)
 same => n,Answer()
 same => n,Wait(2)
 same => n,Hangup()
"""
_QUEUES = """
[slow]
strategy = ringall
timeout = 15
joinempty = yes
member => Local/201@agents/n,0,Agent201
member => Local/202@agents/n,0,Agent202
[gone]
joinempty = yes
"""
_DATABASE = """[master]
table = cdr
columns = calldate, src, dst, dcontext, channel, dstchannel, lastapp, lastdata, duration, billsec, disposition, \
uniqueid, linkedid
values = '${CDR(start)}','${CDR(src)}','${CDR(dst)}','${CDR(dcontext)}','${CDR(channel)}','${CDR(dstchannel)}',\
'${CDR(lastapp)}','${CDR(lastdata)}','${CDR(duration)}','${CDR(billsec)}','${CDR(disposition)}','${CDR(uniqueid)}',\
'${CDR(linkedid)}'
"""
_ADDED = {
    "cdr.conf": "newcdrcolumns=yes\n",
    "extensions.conf": _DIALPLAN,
    "queues.conf": _QUEUES,
    "manager.conf": "[board]\nsecret = only-looks\nread =\nwrite =\n",
}


@pytest.fixture(scope="module")
def asterisk(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asterisk]:
    over, rig = tmp_path_factory.mktemp("conf"), shared / "rigs" / "asterisk"
    for name, text in _ADDED.items():
        (over / name).write_text((rig / name).read_text() + text)
    (over / "cdr_sqlite3_custom.conf").write_text(_DATABASE)
    try:
        with running_asterisk(rig, over=over) as server:
            yield server
    except CannotRunError as error:
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail(f"REQUIRE_SHARED=1, and {error}")
        pytest.skip(str(error))


@pytest.fixture
def ami(asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv("ANDRANG_TEST_AMI", "only-looks")
    return _ami(asterisk)


def _ami(asterisk: Asterisk, **options: Any) -> Source:
    said = {"host": "127.0.0.1", "port": asterisk.ami_port, "user": "board", "secret_env": "ANDRANG_TEST_AMI"}
    return build(config_of("asterisk_ami", {**said, "allow_private_network": True, **options}), caller_hash=str)


def _cdr(path: Path, **options: Any) -> Source:
    config = config_of("asterisk_cdr", {"path": str(path), **options}, **{"604": "gone"})
    return build(config, caller_hash=lambda caller: caller)


def _states(ami: Source) -> dict[str, QueueState]:
    (batch,) = ami.fetch(None, now=datetime.now(UTC))
    assert not batch.rejected
    return {state.queue: state for state in batch.states}


class Following:
    """A file of call detail records, read again and again as the worker does."""

    def __init__(self, source: Source) -> None:
        self.source, self.watermark = source, None
        self.contacts: dict[str, ContactEvent] = {}

    def look(self) -> int:
        for batch in self.source.fetch(self.watermark, now=datetime.now(UTC)):
            self.watermark = batch.watermark  # type: ignore[assignment]
            assert not batch.rejected
            self.contacts |= {event.external_id: event for event in batch.events}
        return len(self.contacts)

    def by_caller(self) -> dict[str | None, ContactEvent]:
        return {event.caller: event for event in self.contacts.values()}


def _until(asterisk: Asterisk, condition: Any, what: str) -> None:
    deadline = time.monotonic() + _WITHIN_S
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not come"
        asterisk.let_run(0.1)


def test_records_and_live_state(asterisk: Asterisk, ami: Source) -> None:
    assert {(s.waiting, s.in_service) for s in _states(ami).values()} == {(0, 0)}
    asterisk.call("602", "+491")  # two agents ring for three seconds, one of them in vain
    asterisk.call("604", "+492")  # out after two seconds, and on in the dialplan
    _until(asterisk, lambda: _states(ami)["slow"].waiting == 1, "the waiting call")
    assert _states(ami)["slow"].agents == 2
    _until(asterisk, lambda: _states(ami)["slow"].in_service == 1, "the answered call")
    assert _states(ami)["slow"].waiting == 0
    asterisk.call("600", "+493", script="abandon")
    asterisk.call("600", "+494")
    _until(asterisk, lambda: _states(ami)["support"].in_service == 1, "the call to be transferred")
    # +493 may have reached the one agent first; transfer +494 in either case once it is served.
    _until(asterisk, lambda: _transferred(asterisk, "+494"), "the transfer")

    csv = Following(_cdr(asterisk.logs / "cdr-csv" / "Master.csv", contexts=["inbound"]))
    rows = Following(_cdr(asterisk.logs / "master.db", contexts=["inbound"], batch_rows=3))
    _until(asterisk, lambda: csv.look() == 4 and rows.look() == 4, "the records of four calls")
    _until(asterisk, lambda: _states(ami)["support"].in_service == 0, "the end of the last call")
    asterisk.let_run(0.5)
    csv.look(), rows.look()
    assert csv.contacts.keys() == rows.contacts.keys()
    for found in (csv.by_caller(), rows.by_caller()):
        assert {caller: event.queue for caller, event in found.items()} == {
            "+491": "slow", "+492": "gone", "+493": "support", "+494": "support",
        }  # fmt: skip
        assert found["+491"].outcome is found["+494"].outcome is Outcome.ANSWERED
        assert found["+492"].outcome is Outcome.ABANDONED
        waited = (found["+491"].answered_at or found["+491"].arrived_at) - found["+491"].arrived_at
        assert 2 <= waited.total_seconds() <= 5, "the agents let it ring for three seconds"
    _as_the_log_has_them(asterisk, csv)


def _transferred(asterisk: Asterisk, caller: str) -> bool:
    """Send a call that an agent has answered to another queue's number."""
    said = asterisk.action("Command", Command="core show channels concise")
    lines = [line.removeprefix("Output: ").split("!") for line in said.splitlines()]
    queued = [one for one in lines if len(one) > 12 and re.match(r"Local/600@inbound.*;2$", one[0])]
    served = [one[0] for one in queued if one[5] == "Queue" and one[7] == caller and one[12]]
    return bool(served) and "Success" in asterisk.action(
        "Redirect", Channel=served[0], Context="inbound", Exten="604", Priority="1"
    )


def _as_the_log_has_them(asterisk: Asterisk, csv: Following) -> None:
    """The same calls in queue_log: one visit more, since there the transferred call is a contact in either queue."""
    log = build(config_of("asterisk_queue_log", {"path": str(asterisk.queue_log)}), caller_hash=lambda caller: caller)
    visits: dict[str, ContactEvent] = {}
    for batch in log.fetch(None, now=datetime.now(UTC)):
        visits |= {event.external_id: event for event in batch.events}
    assert len(visits) == 5
    first: dict[str | None, ContactEvent] = {}
    for event in visits.values():  # in the log's order, which tells two visits within one second apart
        first.setdefault(event.caller, event)
    for caller, event in csv.by_caller().items():
        assert first[caller].queue == event.queue
        assert first[caller].outcome is event.outcome
        assert abs((first[caller].arrived_at - event.arrived_at).total_seconds()) <= 2


def test_the_probes_tell_what_to_know(asterisk: Asterisk, ami: Source) -> None:
    seen = ami.probe(now=datetime.now(UTC))  # type: ignore[attr-defined]
    assert re.fullmatch(r"Asterisk Call Manager/\S+ with 4 queues", seen.saw)
    assert sorted(seen.queues) == ["billing", "gone", "slow", "support"]
    assert abs((seen.server_time - datetime.now(UTC)).total_seconds()) < 5
    assert any("billing" in text for text in seen.missing)
    looked = _cdr(asterisk.logs / "master.db", contexts=["inbound"]).probe(now=datetime.now(UTC))  # type: ignore[attr-defined]
    assert any("would count twice" in text for text in looked.missing)


def test_wrong_secret_and_unallowed_address(asterisk: Asterisk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANDRANG_TEST_AMI", "wrong")
    with pytest.raises(SourceError, match="Authentication failed; check user, secret") as caught:
        _states(_ami(asterisk))
    assert caught.value.permanent
    with pytest.raises(SourceError, match="allow_private_network"):
        _states(_ami(asterisk, allow_private_network=False))
