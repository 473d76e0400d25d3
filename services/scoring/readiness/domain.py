"""What readiness is asked of: its dimensions, their questions, and what answers make together.

The dimensions are Gordon's (*Relationship Marketing*, 1998): the four Ps of a relationship plan, the context, what
limits it, how service is delivered, and the four As and four Rs of an offer. The questions are this project's own.
Every question is put so that the highest answer is the best one: of a limitation, that it does not limit.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

from services.scoring.metrics.distribution import rounded

LOWEST, HIGHEST = 1, 5
"""Of an answer: not at all, and wholly so."""


class Group(StrEnum):
    """What a dimension belongs to."""

    FOUR_PS = "four_ps"
    CONTEXT = "context"
    LIMITATION = "limitation"
    DELIVERY = "delivery"
    OFFER = "offer"


class Dimension(NamedTuple):
    """Something to be ready in. `questions`: by code, the text to say 1–5 to."""

    code: str
    group: Group
    questions: Mapping[str, str]


def _p(code: str, **questions: str) -> Dimension:
    return Dimension(code, Group.FOUR_PS, questions)


def _context(code: str, **questions: str) -> Dimension:
    return Dimension(code, Group.CONTEXT, questions)


def _limitation(code: str, **questions: str) -> Dimension:
    return Dimension(code, Group.LIMITATION, questions)


def _delivery(code: str, **questions: str) -> Dimension:
    return Dimension(code, Group.DELIVERY, questions)


OFFER = Dimension(
    "offer",
    Group.OFFER,
    {
        "acceptable": "What is offered is what these customers want.",
        "affordable": "These customers can and will pay the price.",
        "available": "It is to be had nearest to where these customers are.",
        "aware": "These customers know of it.",
        "relevance": "It matters to these customers now.",
        "returns": "Enough of its value is returned to the consumer.",
        "response": "We hear and answer what these customers reply.",
        "relationship": "It makes the relationship stronger, not only this sale.",
    },
)
FOUR_AS = ("acceptable", "affordable", "available", "aware")
FOUR_RS = ("relevance", "returns", "response", "relationship")

_ALL = (
    _p(
        "planning",
        objectives="There is an objective for each important customer, and a strategy to reach it.",
        segments="We know which customers we plan for, and which not.",
        review="Plans are reviewed with what customers did since.",
    ),
    _p(
        "people",
        authority="Those who meet customers may put things right by themselves.",
        training="Staff are trained for the promises we make.",
        recognition="Staff are recognized for customers kept, not only for sales.",
    ),
    _p(
        "process",
        customer_view="Processes follow the customer's way from contact to cash, not our departments.",
        standards="Each process has a standard, and we know when it is missed.",
        repair="What goes wrong is put right for good, cause and all.",
    ),
    _p(
        "platform",
        one_view="Whoever serves a customer sees their whole history.",
        integration="Customers can join their own processes to ours.",
        reliability="Systems are there, right and fast when customers need them.",
    ),
    _context(
        "marketing_orientation",
        listening="What customers say decides what we do.",
        shared="Marketing is everybody's task, not one department's.",
        long_term="We look at the life of a customer, not at the sale.",
    ),
    _context(
        "value_creation",
        jointly="Value is made together with the customer.",
        shared_back="What loyalty earns is shared with the customer.",
        known="We know what each customer holds for value.",
    ),
    _context(
        "innovative_it",
        current="Technology opens new ways to serve customers.",
        data="Data reach whoever decides, in time.",
        change="Systems change as fast as customers do.",
    ),
    _limitation(
        "top_management_support",
        commitment="Top management stands behind the programme in word and deed.",
        means="It has the people and the money that it needs.",
    ),
    _limitation(
        "confusion_in_delivery",
        clarity="Everybody knows who delivers what to the customer.",
        consistency="Customers get the same answer from everybody.",
    ),
    _limitation(
        "implementation",
        steps="The programme goes forward in steps that are finished.",
        ownership="Each step has an owner who answers for it.",
    ),
    _limitation(
        "building_relationships",
        depth="We build relationships, not only contacts.",
        patience="We give relationships the time that they take.",
    ),
    _limitation(
        "dissatisfaction",
        heard="Customers who are not content tell us, and are heard.",
        few="Few customers are left discontent.",
    ),
    _limitation(
        "front_line_staff",
        willing="Those who meet customers want the programme to succeed.",
        able="They have what it takes to make it succeed.",
    ),
    _delivery("staff_knowledge", products="Staff know what we sell.", customers="Staff know whom they serve."),
    _delivery("staff_skills", handling="Staff can handle what customers bring.", listening="Staff can listen."),
    _delivery("staff_attitudes", care="Staff care for the customer's concern.", initiative="Staff act unasked."),
    _delivery("service_culture", values="Service is valued here.", example="Leaders serve by example."),
    _delivery("policies", friendly="Policies are made for customers.", flexible="Staff may bend them with reason."),
    _delivery("product_development", needs="New products answer needs told.", speed="They come in time."),
    _delivery("communication", clear="Customers understand us.", two_way="Customers can answer us, and do."),
    OFFER,
)
DIMENSIONS: Mapping[str, Dimension] = {dimension.code: dimension for dimension in _ALL}
"""By code, in the order in which they are told."""

THREE_PS, PLATFORM = ("planning", "people", "process"), "platform"


class Total(NamedTuple):
    """Of the four Ps. `score`: 0–100, None unless all four are known; `known`: the share of their weight that is."""

    score: float | None
    known: float
    reason: str


def score(answers: Mapping[str, int]) -> float:
    """The mean of the answers, 0 where all are the lowest, 100 where all are the highest."""
    mean = sum(answers.values()) / len(answers)
    return rounded(100 * (mean - LOWEST) / (HIGHEST - LOWEST))


def total(scores: Mapping[str, float | None], platform: float) -> Total:
    """The mean of planning, people and process, with the platform beside it at its weight, a share of 1."""
    weights = dict.fromkeys(THREE_PS, (1 - platform) / len(THREE_PS)) | {PLATFORM: platform}
    lacking = [name for name in weights if scores.get(name) is None]
    known = rounded(sum(weight for name, weight in weights.items() if name not in lacking))
    if lacking:
        return Total(None, known, f"Not known of {', '.join(lacking)}.")
    whole = sum(weight * (scores[name] or 0.0) for name, weight in weights.items())
    return Total(rounded(whole), known, "All four Ps are known.")


def faults(dimension: Dimension, answers: Mapping[str, int], about: str | None) -> list[dict[str, str]]:
    """What is wrong with these answers, `{pointer, detail}` each."""
    unknown = [name for name in answers if name not in dimension.questions]
    found = [{"pointer": f"/answers/{name}", "detail": f"no question of {dimension.code}"} for name in unknown]
    if (dimension is OFFER) != (about is not None):
        detail = (
            "an offer is about a campaign or a product" if dimension is OFFER else "only an offer is about something"
        )
        found.append({"pointer": "/about", "detail": detail})
    return found
