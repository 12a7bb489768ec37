"""Reads TwiML as strictly as Twilio documents it: verbs, nouns, attributes and their values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

SECONDS, URL, E164 = r"[1-9][0-9]*", r"https://[^\s<>\"]+", r"\+[1-9][0-9]{6,14}"
ATTRIBUTES = {
    "Say": {"voice": r"Polly\.[A-Z][a-z]+", "language": r"[a-z]{2,3}-[A-Z]{2}", "loop": SECONDS},
    "Dial": {"callerId": E164, "timeout": SECONDS, "timeLimit": SECONDS, "action": URL},
    "Number": {
        "statusCallback": URL,
        "statusCallbackEvent": r"(initiated|ringing|answered|completed)( (answered|completed))*",
    },
    "Gather": {
        "input": "dtmf",
        "finishOnKey": "#",
        "numDigits": SECONDS,
        "timeout": SECONDS,
        "action": URL,
    },
    "Pause": {"length": SECONDS},
    "Hangup": {},
}
NESTED = {
    "Response": {"Say", "Dial", "Gather", "Pause", "Hangup"},
    "Dial": {"Number"},
    "Gather": {"Say", "Pause"},
}
WORDED = {"Say", "Number"}


@dataclass(frozen=True)
class Verb:
    """A verb or a noun, with what stands in it."""

    name: str
    attributes: dict[str, str]
    text: str
    inner: tuple["Verb", ...]


def read(twiml: str) -> tuple[Verb, ...]:
    """The verbs of a response. What Twilio would refuse fails the test."""
    root = ElementTree.fromstring(twiml)
    assert (root.tag, root.attrib) == ("Response", {})
    return tuple(_verb(child, within="Response") for child in root)


def _verb(element: ElementTree.Element, within: str) -> Verb:
    name, text = element.tag, element.text or ""
    assert name in NESTED[within], f"<{name}> in <{within}>"
    for attribute, value in element.attrib.items():
        assert re.fullmatch(ATTRIBUTES[name][attribute], value), f"{attribute}={value}"
    assert bool(text) is (name in WORDED)
    if name == "Number":
        assert re.fullmatch(E164, text)
    return Verb(name, dict(element.attrib), text, tuple(_verb(one, name) for one in element))


def said(verbs: tuple[Verb, ...]) -> str:
    """What is said."""
    return " ".join(verb.text for verb in _all(verbs) if verb.name == "Say")


def the(name: str, verbs: tuple[Verb, ...]) -> Verb:
    """The only verb or noun of that name."""
    (found,) = [verb for verb in _all(verbs) if verb.name == name]
    return found


def _all(verbs: tuple[Verb, ...]) -> Iterator[Verb]:
    for verb in verbs:
        yield verb
        yield from _all(verb.inner)
