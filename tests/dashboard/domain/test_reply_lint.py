"""A second reader: promises, length, links, next update, reading ease; only what must block blocks."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.domain.reading_ease import reading_ease, syllables
from dashboard.domain.reply_length import limit_broken, roomy_text, sms
from dashboard.domain.reply_lint import Finding, Rules, Weight, blockers, lint

RULES = Rules({"de": ["garantier*", "so schnell wie möglich", "100 %"], "en": ["guarantee*"]}, ["status.example.com"])
EASY = "Wir sind für Sie da. " * 6


def found(body: str, **changes: Any) -> dict[str, Finding]:
    where: dict[str, Any] = {"channel": "email", "language": "de", "phases": ("identified",), "rules": RULES}
    return {one.code: one for one in lint(body, **{**where, **changes})}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("Wir garantieren das.", "garantieren"),
        ("SO SCHNELL\nWIE MOEGLICH", "so schnell wie moeglich"),
        ("Das ist zu 100% sicher und 100 % wahr.", "100%, 100 %"),
    ],
)
def test_promises(body: str, said: str) -> None:
    finding = found(body)["promise"]
    assert (finding.weight, finding.values["got"]) == (Weight.WARNING, said)


@pytest.mark.parametrize("body", ["Das Garn ist da.", "Nichts dergleichen.", "möglich wie schnell so"])
def test_no_promise(body: str) -> None:
    assert "promise" not in found(body)


def test_promises_are_those_of_the_language() -> None:
    assert "promise" not in found("We guarantee it.")
    assert "promise" in found("We guarantee it.", language="en")


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://status.example.com/a?b=1.", None),
        ("https://de.status.example.com", None),
        ("www.evil.example", "strange_link"),
        ("http://status.example.com.evil.example/x", "strange_link"),
        ("https://status.example.com@evil.example", "strange_link"),
        ("https://evilstatus.example.com", "strange_link"),
        ("HTTPS://EVIL.EXAMPLE", "strange_link"),
        ("https://[bad", "strange_link"),
    ],
)
def test_links(link: str, code: str | None) -> None:
    codes = found(f"Siehe {link}")
    assert (code in codes) if code else not {"strange_link", "unlisted_link"} & set(codes)
    if code:
        assert codes[code].weight is Weight.BLOCKS


def test_without_a_list_links_are_only_remarked() -> None:
    finding = found("Siehe https://a.example", rules=Rules())["unlisted_link"]
    assert finding.weight is Weight.WARNING


@pytest.mark.parametrize(
    ("body", "phases", "missing"),
    [
        ("Seit {{ incident.started }} gestört.", ("investigating",), True),
        ("Fertig um {{ incident.eta }}.", ("identified", "resolved"), True),
        ("Fertig {{ incident.eta }}, mehr {{ incident.next_update }}.", ("identified",), False),
        ("Die Ursache: {{ incident.cause }}", ("reviewed",), False),
        ("Guten Tag {{ agent.customer }}", ("investigating",), False),
    ],
)
def test_who_says_how_things_stand_says_when_more_is_to_come(body: str, phases: tuple[str, ...], missing: bool) -> None:
    assert ("no_next_update" in found(body, phases=phases)) is missing


@pytest.mark.parametrize(
    ("text", "places", "room", "parts", "foreign"),
    [
        ("a" * 160, 160, 160, 1, ""),
        ("a" * 161, 161, 306, 2, ""),
        ("äöüß€", 6, 160, 1, ""),
        ("„" + "a" * 69, 70, 70, 1, "„"),
        ("„" + "a" * 70, 71, 134, 2, "„"),
        ("😀", 2, 70, 1, "😀"),
        ("", 0, 160, 1, ""),
    ],
)
def test_short_messages_count_as_networks_do(text: str, places: int, room: int, parts: int, foreign: str) -> None:
    message = sms(text)
    assert (message.places, message.room, message.parts, message.foreign) == (places, room, parts, foreign)


def test_a_short_message_is_judged_with_its_blanks_filled() -> None:
    body = "x" * 118 + "{{ incident.next_update }}"
    assert found(body, channel="sms")["sms_fits"].values["got"] == 160
    assert found("x" + body, channel="sms")["sms_parts"].weight is Weight.WARNING
    assert found("x" * 460, channel="sms")["too_long"].weight is Weight.BLOCKS
    assert "sms_foreign" in found("„Guten Tag“", channel="sms")


def test_a_post_is_judged_with_its_blanks_filled() -> None:
    assert found("x" * 260 + "{{ incident.eta }}", channel="social")["may_get_long"].values == {"most": 280, "got": 302}
    assert found("x" * 281, channel="social")["too_long"].values == {"most": 280, "got": 281}
    assert limit_broken("x" * 281, channel="email") is None
    assert roomy_text("{{agent.ticket}}") == "x" * 12


def test_what_is_read_aloud_stays_short() -> None:
    assert found("Wort " * 91, channel="call")["many_words"].values == {"most": 90, "got": 91}
    assert "many_words" not in found("Wort " * 90, channel="call")


def test_an_unknown_blank_blocks_and_stops_the_reading() -> None:
    assert blockers(tuple(found("{{ incident.secret }} garantiert").values()))[0].values == {"got": "incident.secret"}


def test_grave_findings_come_first() -> None:
    weights = [one.weight for one in found(EASY + "Wir garantieren https://evil.example das.").values()]
    assert weights == [Weight.BLOCKS, Weight.WARNING, Weight.NOTE]


@pytest.mark.parametrize(
    ("word", "language", "count"),
    [
        ("Haus", "de", 1),
        ("Störung", "de", 2),
        ("Wiederherstellung", "de", 5),
        ("Theater", "de", 3),
        ("cat", "en", 1),
        ("table", "en", 2),
        ("fixed", "en", 1),
        ("waited", "en", 2),
        ("outage", "en", 2),
        ("compensation", "en", 4),
        ("the", "en", 1),
    ],
)
def test_syllables(word: str, language: str, count: int) -> None:
    assert syllables(word, language=language) == count


def test_reading_ease_follows_the_formulas() -> None:
    # 24 words of one syllable in 4 sentences: 6 words a sentence.
    text = "Der Hund und der Mann gehn. " * 4
    assert reading_ease(text, language="de") == pytest.approx(180 - 6 - 58.5)
    assert reading_ease("The cat and the dog sat. " * 4, language="en") == pytest.approx(206.835 - 1.015 * 6 - 84.6)
    assert reading_ease("Kurz.", language="de") is None


def test_hard_texts_get_a_warning_and_easy_ones_a_note() -> None:
    hard = "Die Wiederherstellungsgeschwindigkeit der Datensicherungsinfrastruktur beeinträchtigt Kundenkontozugriffe. "
    assert found(hard * 5)["hard_to_read"].weight is Weight.WARNING
    assert found(EASY)["reads_well"].weight is Weight.NOTE
