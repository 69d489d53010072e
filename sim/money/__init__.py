"""Money: every yuan has a payer and a payee."""
