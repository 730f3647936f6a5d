"""What a block of the config may say, and how it is told what it may not."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.errors import ConfigError, SourceError
from connectors.http import HTTP_OPTIONS
from connectors.options import Option, Secret, read_options, url_option
from connectors.source import SourceConfig

OPTIONS = (
    url_option("The address of the desk"),
    Option("queue", "The queue", required=True),
    Option("token", "The token", required=True, secret=True),
    Option("second", "Another secret", secret=True),
    Option("mode", "How", default="a", choices=("a", "b")),
    Option("days", "How many days", kind=int, default=3, low=1, high=9),
    Option("share", "A share", kind=float, default=0.5, low=0, high=1),
    Option("names", "Names", kind=list, default=()),
    Option("kinds", "Kinds", kind=list, choices=("x", "y")),
    Option("words", "Words", kind=dict),
    Option("on", "A switch", kind=bool, default=False),
)
GOOD = {"url": "https://desk.example", "queue": "q", "token_env": "DESK_TOKEN"}


def read(**more: Any) -> dict[str, Any]:
    given = {key: value for key, value in {**GOOD, **more}.items() if value is not None}
    return read_options(SourceConfig("desk", "fake", given), OPTIONS)


def test_defaults_complete_what_is_given() -> None:
    values = read()
    assert set(values) == {option.key for option in OPTIONS}
    assert (values["mode"], values["days"], values["second"], values["kinds"]) == ("a", 3, None, None)
    assert isinstance(values["token"], Secret)


def test_what_fits_is_taken_as_it_is() -> None:
    values = read(mode="b", days=9, share=1, names=["a"], kinds=["x"], words={"a": "b"}, on=True)
    assert (values["mode"], values["days"], values["share"], values["on"]) == ("b", 9, 1.0, True)
    assert (values["names"], values["kinds"], values["words"]) == (["a"], ["x"], {"a": "b"})


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"quee": "q"}, "unknown key quee; fake knows url, queue, token_env, token_file"),
        ({"queue": None}, r'key queue is missing; write queue = "…" \(The queue\)'),
        ({"token_env": None}, 'key token_env is missing; write token_env = "NAME" or token_file = "PATH"'),
        ({"token": "s3cret"}, 'token must not stand in the config; write token_env = "NAME" or token_file = "PATH"'),
        ({"token_file": "x"}, "token_env and token_file are both given; keep one"),
        ({"token_env": 7}, "token_env must be text in quotes, got 7"),
        ({"queue": ""}, "queue must be text in quotes, got ''"),
        ({"mode": "c"}, "mode must be one of a, b, got 'c'"),
        ({"days": 0}, "days must be a whole number from 1 to 9, got 0"),
        ({"days": True}, "days must be a whole number from 1 to 9, got True"),
        ({"days": 2.5}, "days must be a whole number"),
        ({"share": float("nan")}, "share must be a number from 0 to 1, got nan"),
        ({"share": "half"}, "share must be a number from 0 to 1, got 'half'"),
        ({"names": "a"}, "names must be a list of texts"),
        ({"names": [1]}, "names must be a list of texts"),
        ({"kinds": ["z"]}, r"kinds must be one of x, y \(a list of them\), got"),
        ({"words": {"a": 1}}, "words must be a table of texts"),
        ({"on": 1}, "on must be true or false, got 1"),
    ],
)
def test_what_does_not_fit_is_said_with_block_key_and_remedy(more: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        read(**more)
    assert str(caught.value).startswith("[sources.desk] ")
    assert "s3cret" not in str(caught.value)


def test_a_secret_comes_from_the_environment_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = read()["token"]
    monkeypatch.delenv("DESK_TOKEN", raising=False)
    with pytest.raises(SourceError, match="environment variable DESK_TOKEN is not set; token_env names it") as caught:
        secret.reveal()
    assert caught.value.permanent
    monkeypatch.setenv("DESK_TOKEN", " abc \n")
    assert secret.reveal() == "abc"
    assert "abc" not in f"{secret!r}{secret}"


def test_the_options_of_http_have_senseful_defaults() -> None:
    values = read_options(SourceConfig("desk", "fake", {}), HTTP_OPTIONS)
    assert values == {
        "timeout_s": 30.0,
        "allow_private_network": False,
        "max_pages": 10_000,
        "max_bytes": 32 << 20,
        "overlap_s": 120.0,
        "ca_file": None,
    }
    for option in HTTP_OPTIONS:
        assert option.help
        assert not option.help.endswith(".")
