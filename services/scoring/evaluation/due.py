"""Which cards are due: their review has come, a newer reference than theirs holds, or a segment was changed since.

That is derived from the card, the references and the segments, never noted down: whatever a close and an evaluation
do at the same moment, a card made with older ones stays due until it is made anew.
"""

NEWEST = """
    select as_of, revision from reference_sets where as_of <= $1 order by as_of desc, revision desc limit 1
"""

SEGMENTS_REVISION = "select coalesce(max(revision), 0) from segments"
"""Rises with every change of any segment."""

DUE = f"""
    with newest as ({NEWEST})
    (select customer_id from cards where next_review_at <= $1 order by next_review_at limit $2)
    union
    (select customer_id from cards, newest
     where (reference_as_of, reference_revision) < (newest.as_of, newest.revision) limit $2)
    union
    (select customer_id from cards where segments_revision < ({SEGMENTS_REVISION}) limit $2)
    limit $2
"""
"""Up to `$2` customers whose cards are due at `$1`."""

HEAVY = 5000
"""A customer of more facts than this is evaluated once a minute at the most."""

HOLDS = f"""
    select card from cards where customer_id = $2 and phase is not null and (
        facts > {HEAVY} and as_of > $1::timestamptz - interval '1 minute'
        or next_review_at > $1
        and segments_revision >= ({SEGMENTS_REVISION})
        and not exists (select from marks where marks.customer_id = $2)
        and not exists (
            select from ({NEWEST}) as newest
            where (cards.reference_as_of, cards.reference_revision) < (newest.as_of, newest.revision)
        )
    )
"""
"""The card of customer `$2`, if it is neither marked nor due at `$1`, or may not be made anew yet."""

MARKED = f"""
    select customer_id from marks
    where customer_id not in (
        select customer_id from cards where facts > {HEAVY} and as_of > $1::timestamptz - interval '1 minute'
    )
    order by mark limit $2
"""
"""The customers of the `$2` oldest marks that may be evaluated at `$1`, one as often as they are marked."""
