"""REST: the logbook of incidents and accidents: entries are added, never changed (K07)."""

from fastapi import APIRouter

router = APIRouter(tags=["logbook"])
