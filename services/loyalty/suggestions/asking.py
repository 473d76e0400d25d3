"""The process that asks for a model, as the clock of a cluster starts it; the worker trains what is asked for."""

from sqlalchemy.ext.asyncio import async_sessionmaker

from services.loyalty.suggestions import commands
from services.loyalty.suggestions.models import NewModel
from shared import clock
from shared.database import open_engine
from shared.outbox import Transaction
from shared.settings import DatabaseSettings, load


async def ask(service: str) -> None:
    """Ask for a model of what was bought before the last midnight (UTC); twice on one day is once."""
    settings, now = load(DatabaseSettings), clock.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    new = NewModel.model_validate({"id": f"as-of-{midnight:%Y-%m-%d}", "as_of": midnight.isoformat()})
    engine = open_engine(settings.database_url, pool_size=1, application="loyalty-train")
    try:
        async with async_sessionmaker(engine).begin() as session:
            await commands.ask(Transaction(session, f"/crm/{service}", now, "train"), new)
    finally:
        await engine.dispose()
