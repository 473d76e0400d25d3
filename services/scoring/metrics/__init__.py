"""The scores: a pure function of a customer's facts. No I/O, no clock, no chance; time is an argument."""
