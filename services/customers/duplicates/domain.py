"""When two records may be of one customer: the keys by which they are found, and how their likeness is judged.

Nobody is compared with everybody: only those who share a key are. Then

    score = (1 - Π (1 - weight · similarity)) / 2 ^ doubts      over all the evidence, 0 to 1

so that each sign makes up for a part of what the others left open, and each doubt halves what they say together. The
weights are this project's own: how rarely strangers share such a sign. An e-mail address or a full telephone number
alone is about a household; with the same name it is about a person.
"""

import math
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import jellyfish
import phonenumbers
from rapidfuzz import fuzz

WEIGHTS = {"email": 0.9, "phone": 0.8, "name": 0.6, "external": 0.4, "birth_date": 0.3}
"""What a sign of full similarity is worth alone. External ids are often plain numbers, alike by chance."""
ALIKE, UNLIKE = 0.8, 0.6
"""From this similarity on names are a sign; below that one they are a doubt."""
HALF_A_NUMBER = 0.7
"""Telephone numbers of which one was written without its country: it may be another country's."""
SHORTEST_PHONE = 6
CROWD = 50
"""A key that more customers share tells nothing: a shop's own telephone number, a name that everybody has."""


class Key(NamedTuple):
    """What duplicates share. `kind`: email, phone, name (as it sounds) or external (whatever the system)."""

    kind: str
    value: str


class Evidence(NamedTuple):
    """A sign for or against; `similarity`: 0 to 1. Beside the kinds of keys: birth_date, kind (person or not)."""

    kind: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Traits:
    """What two records are compared by, beside the keys that they share."""

    kind: str
    name: str | None
    birth_date: date | None


def keys_of(name: str | None, emails: Collection[str], phones: Collection[str], external: Collection[str]) -> list[Key]:
    """The keys of a customer, each once, in their order."""
    found = {Key("email", _mailbox(email)) for email in emails}
    found |= {Key("phone", number) for phone in phones for number in _numbers(phone)}
    found |= {Key("external", value.strip().casefold()) for value in external}
    if name and (sound := _sound(name)):
        found.add(Key("name", sound))
    return sorted(found)


def evidence(one: Traits, other: Traits, shared: Collection[Key]) -> list[Evidence]:
    """What speaks for their being one customer, and against it, the strongest sign first. `shared`: their keys."""
    found = {key.kind: 1.0 for key in shared if key.kind in {"email", "external"}}
    if phones := [key.value for key in shared if key.kind == "phone"]:
        found["phone"] = 1.0 if any(number.startswith("+") for number in phones) else HALF_A_NUMBER
    names = _plain(one.name or ""), _plain(other.name or "")
    if all(names):
        found["name"] = round(fuzz.token_sort_ratio(*names) / 100, 2)
    if one.birth_date and other.birth_date:
        found["birth_date"] = float(one.birth_date == other.birth_date)
    if one.kind != other.kind:
        found["kind"] = 0.0
    return sorted((Evidence(*item) for item in found.items()), key=lambda e: (-_worth(e), e.kind))


def score(because: Collection[Evidence]) -> float:
    """How likely it is that they are one customer, as the module tells."""
    left = math.prod(1 - _worth(sign) for sign in because)
    doubts = sum(sign.similarity < (UNLIKE if sign.kind == "name" else 0.5) for sign in because)
    return round((1 - left) / (1 << doubts), 2)


def _worth(sign: Evidence) -> float:
    if sign.kind == "name" and sign.similarity < ALIKE:
        return 0.0
    return WEIGHTS.get(sign.kind, 0.0) * sign.similarity


def _mailbox(email: str) -> str:
    """In lower case, and without the tag by which people sort their mail (`asha+shop@…`)."""
    local, _, domain = unicodedata.normalize("NFKC", email).casefold().rpartition("@")
    return f"{local.partition('+')[0] or local}@{domain}"


def _numbers(phone: str) -> Iterator[str]:
    """The number as E.164 where its country is told, and the part without the country: many write that alone."""
    digits = "".join(filter(str.isdigit, phone))
    national, full = digits.lstrip("0"), None
    if phone.startswith("+") or digits.startswith("00"):
        try:
            number = phonenumbers.parse(f"+{national}")
        except phonenumbers.NumberParseException:
            return
        national = str(number.national_number)
        full = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if len(national) >= SHORTEST_PHONE:
        yield from filter(None, (full, national))


def _sound(name: str) -> str:
    """The words of a name as they sound, in the order of the alphabet; without initials where there is more."""
    words = _plain(name).split()
    long = [word for word in words if len(word) > 1] or words
    return " ".join(sorted(jellyfish.metaphone(word) or word for word in long))


def _plain(name: str) -> str:
    """Words in lower case, without accents and punctuation; the vowel signs of Indian scripts are letters, and stay."""
    letters = (c for c in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(c))
    return "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in letters if c not in "'’").strip()
