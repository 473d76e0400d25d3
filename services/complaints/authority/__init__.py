"""What remedy an employee may grant by their training (K03)."""
