"""What to do next for a customer: a table of rules over what their card says, and the choice among them."""
