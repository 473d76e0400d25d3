"""L02: what is said of each line of an import."""

from tests.loyalty.bills import bill, counts, line, pointers
from tests.support.client import Client

PATH = "/v1/imports/purchases"


async def test_L02_each_bad_line_is_refused_by_itself(loyalty: Client) -> None:
    bad: list[tuple[object | bytes, str]] = [
        (b"{not json\n", ""),
        (bill(lines=[line(quantity=1)]), "/lines/0/quantity"),
        (bill(surprise=1), "/surprise"),
        (bill(occurred_at="2017-01-01T00:00:00"), "/occurred_at"),
        (bill(lines=[line(paid_amount="-1")]), "/lines/0/paid_amount"),
        (bill(currency="XXQ"), "/currency"),
        (bill(served_by="x" * 2_097_152), ""),
        (bill(lines=[line(), line(paid_amount="9.505")]), "/lines/1/paid_amount"),
        (bill(customer_id=None, card_id="c-1"), "/card_id"),
        (b'{"id": "\xff"}\n', ""),
        (b"[]\n", ""),
    ]
    sent: list[object | bytes] = [bill()]
    for entry, _ in bad:
        sent += [entry, bill()]
    *verdicts, end = await loyalty.stream(PATH, sent)
    assert [verdict["line"] for verdict in verdicts] == list(range(1, len(sent) + 1))
    assert end == {"accepted": len(bad) + 1, "duplicate": 0, "rejected": len(bad)}
    refused = [pointers(v["problem"]) for v in verdicts if v["status"] == "rejected"]
    assert refused == [[pointer] for _, pointer in bad]
    assert (await counts(loyalty))[0] == len(bad) + 1


async def test_L02_lines_of_one_chunk_are_judged_in_order(loyalty: Client) -> None:
    known = bill(id="known", till="9", receipt_number="k")
    await loyalty.post("/v1/purchases", known)
    a = bill(id="a", receipt_number="x")
    other = {"customer_id": "ben"}
    sent = [
        a,
        a,  # the same again
        a | other,  # its id, other content
        {**a, "id": None},  # its receipt, equal content
        {**a, "id": "b"},  # its receipt under another id, equal content
        {**a, "id": "b"} | other,  # its receipt, other content
        {**known, "id": "c"} | other,  # refused for a known receipt …
        bill(id="c", receipt_number="y"),  # … which leaves the id free
        {**known, "id": None},
        bill(id="c", receipt_number="z"),
    ]
    *verdicts, end = await loyalty.stream(PATH, sent)
    assert [(verdict["status"], verdict.get("id")) for verdict in verdicts] == [
        ("accepted", "a"),
        ("duplicate", "a"),
        ("rejected", None),
        ("duplicate", "a"),
        ("duplicate", "a"),
        ("rejected", None),
        ("rejected", None),
        ("accepted", "c"),
        ("duplicate", "known"),
        ("rejected", None),
    ]
    problems = [verdict["problem"] for verdict in verdicts if verdict["status"] == "rejected"]
    assert [pointers(problem) for problem in problems] == [["/id"], ["/receipt_number"], ["/receipt_number"], ["/id"]]
    assert {problem["type"] for problem in problems} == {"urn:elevenfold:problem:conflict"}
    assert end == {"accepted": 2, "duplicate": 4, "rejected": 4}
    assert await counts(loyalty) == (3, 3, 3)


async def test_L02_lines_without_id_and_receipt_are_purchases_of_their_own(loyalty: Client) -> None:
    untold = bill(receipt_number=None)
    *verdicts, _ = await loyalty.stream(PATH, [untold, untold])
    assert len({verdict["id"] for verdict in verdicts}) == 2


async def test_L02_a_bound_token_takes_in_its_own_stores_lines(loyalty: Client) -> None:
    bearer = loyalty.issuer.token(stores=["331"])
    *verdicts, _ = await loyalty.stream(PATH, [bill(store_id="330"), bill(store_id="331")], bearer=bearer)
    assert [verdict["status"] for verdict in verdicts] == ["rejected", "accepted"]
    assert pointers(verdicts[0]["problem"]) == ["/store_id"]
