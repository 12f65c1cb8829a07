"""What happens to every kind of case: dispatch, transfer, objection, pause, clocks, leaving. docs/cases.md explains it."""

from intents.cases import verdict as verdict  # its clock is looked after wherever cases are
