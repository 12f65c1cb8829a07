"""What is known about mediation: rights, what fits, the confirmation window, figures, papers."""
