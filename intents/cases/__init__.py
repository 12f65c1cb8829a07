"""What happens to every kind of case: dispatch, transfer, objection, pause, clocks, leaving. docs/cases.md explains it."""
