"""Computes three scores of a customer again, from nothing but their timeline, and holds them against the card.

    python recompute.py <scoring's address> <token> <customer> [as_of]

Written from docs/metrics.md and docs/events.md, with Python's standard library alone: Categories, Customer
measurements and the customization bond. The facts come from `GET /v1/customers/{id}/timeline`, the weights and limits
from `GET /v1/rules`; of `GET /v1/customers/{id}/explain` it takes the categories on offer, which only a close knows.
Ends with 1 where a number differs. It does not know of aliases that were merged or parted after `as_of`.
"""

import json
import math
import re
import sys
import urllib.parse
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

Fact = dict
Fetch = Callable[[str], dict]
"""What the service answers to a path with its query."""
DAY = timedelta(days=1)
SCORES = ("categories", "customer_measurements", "bonds.customization")
FACTORS = ("product", "sales", "post_purchase", "culture")
ACCEPTING = ("redeemed", "answered")


def main(address: str, token: str, customer: str, as_of: str | None = None) -> int:
    """Prints a line a score; 1 where one differs."""
    rows = check(over_http(address, token), customer, as_of or datetime.now(UTC).isoformat())
    write = sys.stdout.write
    write(f"{'score':24}{'recomputed':>12}{'card':>12}{'explain':>12}\n")
    for name, ours, card, explained in rows:
        verdict = "" if ours == card == explained else "   differs"
        write(f"{name:24}{_text(ours):>12}{_text(card):>12}{_text(explained):>12}{verdict}\n")
    return int(any(not ours == card == explained for _, ours, card, explained in rows))


def _text(number: float | None) -> str:
    return "–" if number is None else f"{number:.4f}"


def over_http(address: str, token: str) -> Fetch:
    """Fetches over HTTP."""

    def fetch(path: str) -> dict:
        asked = urllib.request.Request(address.rstrip("/") + path, headers={"Authorization": f"Bearer {token}"})  # noqa: S310
        with urllib.request.urlopen(asked, timeout=30) as answer:  # noqa: S310
            return json.load(answer)

    return fetch


def check(fetch: Fetch, customer: str, as_of: str) -> list[tuple[str, float | None, float | None, float | None]]:
    """Per score: its name, what this comes to, what the card says, and what the explanation says."""
    path, moment = f"/v1/customers/{urllib.parse.quote(customer)}", urllib.parse.quote(as_of)
    card = fetch(f"{path}/scorecard?as_of={moment}")
    explained = {name: fetch(f"{path}/explain?score={name}&as_of={moment}") for name in SCORES}
    offered = explained["categories"]["reference_inputs"].get("offered")
    known = Known(timeline(fetch, path), datetime.fromisoformat(as_of), fetch("/v1/rules"))
    ours = (categories(known, offered), measurements(known), customization(known))
    theirs = (
        card["cs"]["categories"]["score"],
        card["cs"]["customer_measurements"]["score"],
        card["bonds"]["customization"]["strength"],
    )
    return [(name, *row, explained[name]["value"]) for name, *row in zip(SCORES, ours, theirs, strict=True)]


def timeline(fetch: Fetch, path: str) -> list[Fact]:
    """Every fact of the customer, from all pages, in the order in which facts are read."""
    found, cursor = [], ""
    while True:
        page = fetch(f"{path}/timeline?limit=500{cursor}")
        found += page["items"]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    for fact in found:
        fact["time"] = datetime.fromisoformat(fact["time"])
    return sorted(found, key=lambda fact: (fact["time"], fact["source"], fact["type"], fact["subject"]))


def length(told: str) -> timedelta:
    """A duration as the rules tell it (ISO 8601: P1Y is 365 days, P30D, PT12H …)."""
    years, days, hours, minutes, seconds = re.fullmatch(
        r"P(?:(\d+)Y)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?", told
    ).groups(default="0")
    whole = timedelta(days=365 * int(years) + int(days), hours=int(hours), minutes=int(minutes))
    return whole + timedelta(seconds=float(seconds))


class Known:
    """What is known of the customer as of a moment: the facts before it, and the rules."""

    def __init__(self, facts: list[Fact], as_of: datetime, rules: dict) -> None:
        self.facts = [fact for fact in facts if fact["time"] < as_of]
        self.as_of, self.rules = as_of, rules
        self.start = as_of - length(rules["window"])
        self.sold = self._sold()
        self.bills = [bill for bill in self.sold if not bill.returned]

    def of(self, *kinds: str) -> list[Fact]:
        """The facts of these types."""
        wanted = {f"crm.{kind}.v1" for kind in kinds}
        return [fact for fact in self.facts if fact["type"] in wanted]

    def _sold(self) -> list["Bill"]:
        """Purchases as last corrected, less what came back; one corrected to nothing never was."""
        sold = {}
        for fact in self.of("purchase.completed"):
            sold.setdefault((fact["source"], fact["subject"]), fact)
        corrected = {fact["subject"]: fact["data"] for fact in self.of("purchase.corrected")}
        bills = {key: Bill(fact, corrected.get(fact["subject"], fact["data"])) for key, fact in sold.items()}
        returns = defaultdict(list)
        for fact in self.of("purchase.returned"):
            returns[fact["data"]["purchase"]].append(fact)
        for bill in bills.values():
            for fact in returns.pop(bill.subject, []) if bill.lines else []:
                bill.take_back(fact["data"])
        return [bill for bill in bills.values() if bill.lines]

    @property
    def currency(self) -> str | None:
        """The main one: of most purchases, the first by name if several."""
        counts = Counter(bill.currency for bill in self.bills)
        return min(counts, key=lambda name: (-counts[name], name), default=None)

    def consented(self, at: datetime, purpose: str | None = None, channel: str | None = None) -> bool:
        """Whether a consent for this, or for anything, was in force at that time."""
        last = {}
        for fact in self.of("consent.granted", "consent.withdrawn"):
            if fact["time"] <= at:
                last[fact["data"]["purpose"], fact["data"]["channel"]] = fact["type"] == "crm.consent.granted.v1"
        return any(last.values()) if purpose is None else last.get((purpose, channel), False)


class Bill:
    """One purchase. The timeline has its lines summed by category, those of unknown cost apart."""

    def __init__(self, fact: Fact, told: dict) -> None:
        self.fact, self.time, self.subject = fact, fact["time"], fact["subject"]
        self.currency = told.get("currency", fact["data"]["currency"])
        self.lines = [dict(line, paid=Decimal(line["paid"])) for line in told["lines"]]
        self.bought = self.left = Decimal(told.get("quantity", "0"))
        self.returned = False

    def take_back(self, back: dict) -> None:
        """Nets a return, unless it is in another currency: from the lines of its category, of like cost first."""
        if back.get("currency", self.currency) != self.currency:
            return
        for line in back["lines"]:
            same = [each for each in self.lines if each["category"] == line["category"]]
            same.sort(key=lambda each: ("cost" in each) != ("cost" in line))
            for each in same[:1]:
                each["paid"] -= Decimal(line["paid"])
                each["tailored"] = max(0, each["tailored"] - line["tailored"])
        self.left -= Decimal(back["quantity"])
        self.returned = self.returned or self.left <= 0 < self.bought


def categories(known: Known, offered: list[str] | None) -> float | None:
    """Mean of breadth 100·k/K and evenness 100·H/ln K over the net spend of the window in the main currency."""
    net = defaultdict(Decimal)
    for bill in known.bills:
        if bill.time >= known.start and bill.currency == known.currency:
            for line in bill.lines:
                net[line["category"]] += line["paid"]
    if offered is None or len(offered) < 2 or sum(net[name] for name in offered) <= 0:
        return None
    spend = [float(net[name]) for name in offered if net[name] > 0]
    shares = [each / sum(spend) for each in spend]
    breadth = 100 * len(spend) / len(offered)
    evenness = 100 * -math.fsum(share * math.log(share) for share in shares) / math.log(len(offered))
    return round((breadth + evenness) / 2, 4)


def measurements(known: Known) -> float | None:
    """100·mean over the instruments that apply of 0.5^(age/limit), 0 where never taken."""
    if not known.facts:
        return None
    limits, bought = known.rules["freshness"], [bill.time for bill in known.bills]
    profiles = known.of("customer.registered", "customer.changed") if known.consented(known.as_of) else []
    taken = [
        (bought, limits["purchase"]),
        (visits(known), limits["visit"]),
        ([fact["time"] for fact in profiles], limits["profile"]),
    ]
    surveys = known.of("survey.answered")
    if bought or visits(known):
        for factor in FACTORS:
            asked = [
                fact for fact in surveys if any(one["factor"] == factor for one in fact["data"].get("factors", []))
            ]
            taken.append(([fact["time"] for fact in asked], limits["survey"]))
    if any(fact["time"] >= known.start for fact in firsts(known.of("complaint.opened"))):
        about = [fact for fact in surveys if fact["data"].get("about", {}).get("kind") == "complaint"]
        taken.append(([fact["time"] for fact in about], limits["complaint_survey"]))
    fresh = [round(0.5 ** ((known.as_of - times[-1]) / length(limit)), 4) if times else 0.0 for times, limit in taken]
    return round(100 * sum(fresh) / len(fresh), 4)


def firsts(facts: list[Fact]) -> list[Fact]:
    """Of what is told again, the first telling."""
    first = {}
    for fact in facts:
        first.setdefault(fact["subject"], fact)
    return list(first.values())


def visits(known: Known) -> list[datetime]:
    """When each visit began, or ended where no beginning was told."""
    begun = firsts(known.of("visit.started"))
    subjects = {fact["subject"] for fact in begun}
    ended = [fact for fact in firsts(known.of("visit.ended")) if fact["subject"] not in subjects]
    return sorted(fact["time"] for fact in begun + ended)


def customization(known: Known) -> float | None:
    """100·(1 − exp(−S)), S the weights of the evidence halved every half-life."""
    rules, found = known.rules["bonds"], pieces(known)
    half_life = length(rules["half_life"]) / DAY
    total = sum(rules["weight"] * 0.5 ** ((known.as_of - time).days / half_life) for _, time in found)
    return round(100 * (1 - math.exp(-min(rules["most"], total))), 4) if found or dealt(known) else None


def pieces(known: Known) -> list[tuple[str, datetime]]:
    """The evidence that counts, by kind and time: at most one piece of a kind in so many days, from the earliest on."""
    kinds = {
        "preference used": known.of("preference.used"),
        "solution delivered": known.of("solution.delivered"),
        "gesture received": [fact for fact in known.of("gesture.made") if fact["data"]["kind"] == "customization"],
        "tailored line kept": [bill.fact for bill in known.bills if any(line["tailored"] for line in bill.lines)],
        "offer or suggestion accepted": accepted(known),
    }
    found = []
    for kind, facts in kinds.items():
        last = None
        for time in sorted(fact["time"] for fact in facts):
            if last is None or time - last >= length(known.rules["bonds"]["spacing"]):
                last = time
                found.append((kind, time))
    return found


def accepted(known: Known) -> list[Fact]:
    """Answers that took a suggestion, or a personal offer made under a consent that is still in force."""
    found = [fact for fact in known.of("suggestion.answered") if fact["data"]["accepted"]]
    answers = [fact for fact in known.of("campaign.answered") if fact["data"]["kind"] in ACCEPTING]
    offers = {}
    for fact in known.of("campaign.delivered"):
        if not fact["data"].get("control"):
            offers.setdefault(fact["data"]["campaign_id"], fact)
    for campaign, offer in offers.items():
        told, scope = offer["data"], (offer["data"]["purpose"], offer["data"]["channel"])
        consented = known.consented(offer["time"], *scope) and known.consented(known.as_of, *scope)
        until = offer["time"] + length(known.rules["contact_validity"])
        if "valid_until" in told:
            until = datetime.fromisoformat(told["valid_until"])
        taken = [
            fact
            for fact in answers
            if fact["data"]["campaign_id"] == campaign and offer["time"] <= fact["time"] < until
        ]
        if told["kind"] == "personal" and consented:
            found += taken[:1]
    return found


DEALINGS = (
    "visit.started", "visit.ended", "complaint.opened", "touchpoint.recorded", "survey.answered", "doubt.raised",
    "incident.recorded", "baggage.deposited", "preference.stated", "points.earned", "points.spent",
    "campaign.answered", "suggestion.answered", "integration.used", "volume_agreement.used", "referral.made",
    "gesture.made",
)  # fmt: skip
"""What takes a customer, or is evidence of a bond: a profile, a consent and what we sent is not."""


def dealt(known: Known) -> bool:
    """Whether the customer ever dealt with us, and be it by a purchase that came back."""
    managers = [fact for fact in known.of("relationship.started") if fact["data"]["role"] == "account_manager"]
    reviews = [fact for fact in known.of("objective.reviewed") if fact["data"]["together"]]
    return bool(known.sold or known.of(*DEALINGS) or managers or reviews)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
