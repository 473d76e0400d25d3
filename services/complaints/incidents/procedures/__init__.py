"""The procedures of the shop floor, a table each: the steps, from which state to which, and under which rules."""
