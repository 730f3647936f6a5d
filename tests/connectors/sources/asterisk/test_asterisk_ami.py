"""The manager interface: states as it tells them, and whatever else may sit behind the port."""

from __future__ import annotations

import re
import socket
import tomllib
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import ConfigError, SourceError
from connectors.http.failure import Failure
from connectors.records import QueueState
from connectors.registry import build
from connectors.source import Batch, SourceConfig
from connectors.sources.asterisk.ami import AsteriskAmi
from connectors.sources.asterisk.ami.packets import Wire
from connectors.sources.asterisk.ami.states import states_of
from tests.conftest import REPO_ROOT
from tests.connectors.source_rigs import NOW, config_of, hash_of
from tests.connectors.sources.asterisk.ami_server import SECRET, FakeAmi, fake_ami, packet, queue

ENV = "ANDRANG_TEST_AMI"


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV, SECRET)


def source_of(at: int, *, queues: dict[str, str] | None = None, **options: Any) -> AsteriskAmi:
    said = {"host": "127.0.0.1", "port": at, "user": "board", "secret_env": ENV, "allow_private_network": True}
    source = build(config_of("asterisk_ami", {**said, **options}, **(queues or {})), caller_hash=hash_of)
    assert isinstance(source, AsteriskAmi)
    return source


def fetched(fake: FakeAmi, **options: Any) -> Batch:
    (batch,) = source_of(fake.port, **options).fetch(None, now=NOW)
    return batch


def refused(port: int, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        list(source_of(port, **options).fetch(None, now=NOW))
    assert SECRET not in str(caught.value)
    return caught.value


def states(batch: Batch) -> dict[str, QueueState]:
    return {state.queue: state for state in batch.states}


MEMBERS = (
    {"InCall": 1, "Status": 2},
    {"InCall": 1, "Paused": 1, "Status": 2},  # will not take another call, but is in one
    {"Status": 1},
    {"Paused": 1},
    {"Status": 5},
    {"Status": 4},
    {"Status": 0},  # a Local channel, whose state nobody knows
)


def test_one_state_a_queue_through_the_noise() -> None:
    with fake_ami(status=queue("support", calls=3, waits=(12, 90, 4), members=MEMBERS) + queue("billing")) as fake:
        batch = fetched(fake)
    assert states(batch)["support"] == QueueState("support", "call", NOW, 3, 90.0, in_service=2, agents=4)  # type: ignore[arg-type]
    assert states(batch)["billing"] == QueueState("billing", "call", NOW, 0, 0.0, in_service=0, agents=0)  # type: ignore[arg-type]
    assert not batch.rejected
    assert not batch.events
    assert fake.asked == ["Challenge", "Login", "QueueStatus"]


def test_queues_that_are_one_of_ours_are_added_and_their_people_counted_once() -> None:
    people = ({"InCall": 0}, {"InCall": 1})
    said = queue("a", calls=1, waits=(5,), members=people) + queue("b", calls=2, waits=(9, 1), members=people)
    with fake_ami(status=said) as fake:
        (state,) = fetched(fake, queues={"a": "one", "b": "one"}).states
    assert (state.queue, state.waiting, state.longest_wait_s) == ("one", 3, 9.0)
    assert (state.in_service, state.agents) == (1, 2)


@pytest.mark.parametrize("calls", ["", "many", "-1", "1.5", "9" * 30, "٣"])
def test_a_queue_that_cannot_be_read_is_refused_and_the_others_are_told(calls: str) -> None:
    with fake_ami(status=queue("support", calls=calls) + queue("billing", calls=1, waits=(2,))) as fake:
        batch = fetched(fake)
    assert set(states(batch)) == {"billing"}
    (record,) = batch.rejected
    assert record.location == "queue support"
    assert "calls of QueueParams must be a whole number" in record.reason


def test_each_fetch_connects_anew_so_a_restart_does_no_harm() -> None:
    with fake_ami(status=queue("support")) as fake:
        source, port = source_of(fake.port), fake.port
        (first,) = source.fetch(None, now=NOW)
        (second,) = source.fetch(first.watermark, now=NOW)
        assert fake.asked.count("Login") == 2
        assert second.watermark == first.watermark
    error = refused(port)
    assert not error.permanent
    assert "cannot be reached" in error.message


def test_a_wrong_secret_is_permanent_and_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(ENV, "wrong")
    with fake_ami() as fake:
        error = refused(fake.port)
    assert error.permanent
    assert error.message == (
        "the manager interface refuses the login of board: Authentication failed; "
        "check user, secret and permit in manager.conf"
    )


def test_a_secret_from_a_file_and_none_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    said = {"host": "127.0.0.1", "user": "board", "allow_private_network": True}
    with fake_ami(status=queue("support")) as fake:
        config = config_of("asterisk_ami", {**said, "port": fake.port, "secret_file": str(tmp_path / "secret")})
        (batch,) = build(config, caller_hash=hash_of).fetch(None, now=NOW)
        assert len(batch.states) == 1
        monkeypatch.delenv(ENV)
        assert "is not set" in refused(fake.port).message


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"secret": SECRET}, "must not stand in the config"),
        ({"user": "a\r\nAction: Logoff"}, "no line break"),
        ({"port": 0}, "port must be"),
        ({"hots": "x"}, "unknown key hots"),
    ],
)
def test_options_that_do_not_fit_are_refused(options: dict[str, Any], word: str) -> None:
    with pytest.raises(ConfigError, match=word):
        source_of(5038, **options)


def test_this_machine_is_reached_only_where_the_config_allows_it() -> None:
    with fake_ami() as fake:
        error = refused(fake.port, allow_private_network=False)
        assert fake.asked == []
    assert error.permanent
    assert "allow_private_network = true" in error.message


@pytest.mark.parametrize(
    ("banner", "permanent", "word"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n", True, "no manager interface answers"),
        (b"\r\n", True, "no manager interface answers"),
        (b"x" * 200_000, True, "a line of more than"),
        (b"\xff\x00\xfe\n", True, "no manager interface answers"),
    ],
)
def test_something_else_behind_the_port(banner: bytes, permanent: bool, word: str) -> None:
    with fake_ami(banner=banner) as fake:
        error = refused(fake.port)
    assert (error.permanent, word in error.message) == (permanent, True), error.message


def test_a_server_that_says_nothing_is_given_up() -> None:
    with fake_ami(banner=b"") as fake:
        error = refused(fake.port, timeout_s=0.2)
    assert not error.permanent


def test_a_server_that_hangs_up_in_mid_answer() -> None:
    def cut(said: dict[str, str]) -> bytes:
        raise ConnectionError

    with fake_ami(raw=cut) as fake:
        error = refused(fake.port)
    assert not error.permanent
    assert "mid-answer" in error.message or "cannot be reached" in error.message


@pytest.mark.parametrize("event", [b"Event: VarSet\r\n\r\n", b"Event: QueueEntry\r\nQueue: q\r\nWait: 1\r\n\r\n"])
def test_an_endless_answer_is_cut_off(event: bytes) -> None:
    with fake_ami(status=event * 2000) as fake:
        error = refused(fake.port, max_bytes=20_000)
    assert "more than 20000 bytes" in error.message


def test_an_asterisk_without_queues_says_so() -> None:
    def no_queues(said: dict[str, str]) -> bytes:
        ok = {"Response": "Success", "ActionID": said["ActionID"], "Challenge": "1"}
        return packet(**(ok | ({"Response": "Error"} if said["Action"] == "QueueStatus" else {})))

    with fake_ami(raw=no_queues) as fake:
        error = refused(fake.port)
    assert error.permanent
    assert "refuses QueueStatus" in error.message


def test_the_probe_tells_queues_clock_and_what_is_missing() -> None:
    with fake_ami(status=queue("support", members=({},)) + queue("billing")) as fake:
        seen = source_of(fake.port).probe(now=NOW)
    assert seen.saw == "Asterisk Call Manager/11.0.0 with 2 queues"
    assert list(seen.queues) == ["support", "billing"]
    assert seen.server_time is not None
    assert seen.server_time.timestamp() == 1_795_423_663.25
    assert list(seen.missing) == ["agents: nobody is reachable in billing"]


def test_a_free_port_is_a_source_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    assert not refused(port).permanent


class _Said:
    """A stream that holds what a server says, whatever is asked."""

    def __init__(self, said: bytes, pieces: int) -> None:
        self._said, self._pieces = said, pieces

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        part, self._said = self._said[: min(max_bytes, self._pieces)], self._said[self._pieces :]
        return part

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        assert buffer.endswith(b"\r\n\r\n")


_keys = st.sampled_from(["Event", "Response", "Queue", "Calls", "Wait", "Status", "InCall", "Paused", "Location", "x"])
_values = st.one_of(
    st.sampled_from(["QueueParams", "QueueMember", "QueueEntry", "Success", "Error", "support", "1", "-1", ""]),
    st.text(max_size=8),
)
_packets = st.lists(st.lists(st.tuples(_keys, _values), max_size=7), max_size=6)


@settings(max_examples=400, deadline=None)
@given(packets=_packets, rubbish=st.binary(max_size=80), pieces=st.integers(1, 90), ends=st.booleans())
def test_whatever_the_server_says_is_a_state_a_rejection_or_a_failure(
    packets: list[list[tuple[str, str]]], rubbish: bytes, pieces: int, ends: bool
) -> None:
    said = [
        b"ActionID: andrang-1\r\n" + "".join(f"{k}: {v}\r\n" for k, v in one).encode("utf-8", "replace") + b"\r\n"
        for one in packets
    ]
    said.append(rubbish)
    said += [packet(Event="QueueStatusComplete", ActionID="andrang-1")] if ends else []
    wire = Wire(_Said(b"".join(said), pieces), timeout_s=60, max_bytes=4096)
    try:
        packets_told = list(wire.collect("QueueStatus", until="QueueStatusComplete"))
    except Failure as failure:
        packets_told = []
        assert failure.message.startswith("the manager interface")  # noqa: PT017 - a Failure is one of two right answers
    told, rejected = states_of(packets_told, config_of("asterisk_ami", {}), now=NOW)
    assert all(state.waiting >= 0 for state in told)
    assert all(record.reason for record in rejected)


def test_ten_thousand_packets_of_anything() -> None:
    random = Random(20261123)
    words = ["QueueParams", "QueueMember", "QueueEntry", "support", "b", "1", "0", "-1", "", "9" * 40, "\0", "٣", "1e9"]
    names = ["event", "queue", "calls", "wait", "status", "incall", "paused", "location"]
    told = refused = 0
    for _ in range(2_000):
        said = [{name: random.choice(words) for name in names if random.random() < 0.9} for _ in range(5)]
        found, rejected = states_of(said, config_of("asterisk_ami", {}), now=NOW)
        told, refused = told + len(found), refused + len(rejected)
    assert told > 100
    assert refused > 500


def test_the_blocks_in_the_documents_are_accepted() -> None:
    text = (REPO_ROOT / "docs" / "connectors-asterisk.md").read_text(encoding="utf-8")
    blocks = [tomllib.loads(block)["sources"] for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]
    kinds = set()
    for name, said in ((name, said) for block in blocks for name, said in block.items()):
        kind, queues, zone = said.pop("kind"), said.pop("queues", {}), said.pop("timezone", "UTC")
        build(SourceConfig(name, kind, said, queues, zone), caller_hash=hash_of)
        kinds.add(kind)
    assert kinds == {"asterisk_ami", "asterisk_cdr"}
