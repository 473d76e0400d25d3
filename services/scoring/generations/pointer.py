"""The pointer: which generation is live.

Whoever writes for a generation holds its row while they do: the pointer moves between their transactions,
never within one.
"""

from services.scoring.generations.schema import schema_name, shown
from shared.database import Connection

_LIVE = "select number from app.generations where state = 'live'"
_HELD = "select state from app.generations where number = $1 for share"
_BOTH = "select number from app.generations where state in ('live', 'evaluating') order by number for update"
_BEHIND = """
    select exists (
        select from {old}.offsets as old left join {new}.offsets as new using (topic, partition)
        where coalesce(new.next_offset, 0) < old.next_offset
    )
"""
_RETIRE = "update app.generations set state = 'retired', retired_at = now() where state = 'live'"
_PROMOTE = "update app.generations set state = 'live', live_at = now() where number = $1"
_MARK_UNTOLD = """
    insert into {new}.marks (customer_id)
    select customer_id from {new}.cards as cards left join app.published as told using (customer_id)
    where told.customer_id is null
       or (cards.phase, cards.bond_level, cards.at_risk, cards.segments)
          is distinct from (told.phase, told.bond_level, told.at_risk, told.segments)
       or (cards.index_value is null) <> (told.index_value is null)
       or abs(cards.index_value - told.index_value) >= $1
    union all
    select customer_id from app.published as told left join {new}.cards as cards using (customer_id)
    where cards.customer_id is null and cardinality(told.segments) > 0
"""


async def live(connection: Connection) -> int:
    """The number of the live generation."""
    number: int = await connection.fetchval(_LIVE)
    return number


async def held(connection: Connection, number: int) -> str | None:
    """The state of a generation, which stays so until this transaction ends; None where there is none."""
    state: str | None = await connection.fetchval(_HELD, number)
    return state


async def move(connection: Connection, number: int, told_move: float) -> bool:
    """Make generation `number` live, in the transaction given; False where it is not as far as the live one.

    Waits for whoever holds either row, half a second at the most: readers must not queue up behind us. Raises
    `LockNotAvailableError` then. Marks every card that says something else than what
    was published, and who was told to be in a segment but has no card here.
    """
    await connection.execute("set local lock_timeout = '500ms'")
    rows = [row["number"] for row in await connection.fetch(_BOTH)]
    old, new = schema_name(await live(connection)), schema_name(number)
    if number not in rows or await connection.fetchval(_BEHIND.format(old=old, new=new)):
        return False
    # Before the views are locked: it looks at every card, and readers must not wait for that.
    await connection.execute(_MARK_UNTOLD.format(new=new), told_move)
    await connection.execute(_RETIRE)
    await connection.execute(_PROMOTE, number)
    for statement in shown(number):
        await connection.execute(statement)
    return True
