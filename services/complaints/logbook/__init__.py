"""The logbook of incidents and accidents: entries are added, never changed (K07)."""
