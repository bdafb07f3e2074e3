"""How fast is it? Each module measures one thing and prints a table; ``make bench`` runs them all."""
