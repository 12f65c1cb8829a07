"""Mediation beside its case: what was told and agreed, papers, sittings, instalments, and results without any words."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Date, Index, Integer, LargeBinary, Table

from storage.tables.base import Moment, metadata, named, new_id

mediations = Table(  # one a case, from its opening on
    "mediations", metadata,
    Column("case_id", Integer, primary_key=True, autoincrement=False),
    named("code", 16, unique=True),  # by which the other side comes in
    named("field", 16, nullable=False, server_default=""),
    Column("chosen_id", Integer),  # the mediator whom the applicant chose
    Column("disclosed_id", Integer),  # the holder who has said how they stand to the parties
    Column("swapped_at", Moment),  # the one change of mediator
    Column("level_at", Moment, nullable=False),  # since when it lies at this level; older words stay below
    Column("rights_applicant", Moment), Column("rights_other", Moment),  # when the rights card was acknowledged
    named("raise_applicant", 4, nullable=False, server_default=""), named("raise_other", 4, nullable=False, server_default=""),
    Column("effective_on", Date), Column("confirm_until", Date),
    named("confirmed", 8, nullable=False, server_default=""),  # empty | applied | yes | no
)  # fmt: skip

mediation_papers = Table(  # sealed; a level reads its own only
    "mediation_papers", metadata,
    new_id(), Column("case_id", Integer, nullable=False), Column("level", Integer, nullable=False),
    Column("round", Integer, nullable=False), named("kind", 12, nullable=False), named("role", 12, nullable=False),
    named("author", 60, nullable=False), Column("words", LargeBinary, nullable=False), Column("made_at", Moment, nullable=False),
    Index("mediation_papers_case", "case_id", "kind"),
)  # fmt: skip

mediation_sittings = Table(
    "mediation_sittings", metadata,
    new_id(), Column("case_id", Integer, nullable=False, index=True), Column("level", Integer, nullable=False),
    Column("round", Integer, nullable=False), named("place", 80, nullable=False), Column("starts_at", Moment, nullable=False),
    Column("arrive_applicant", Moment, nullable=False), Column("arrive_other", Moment, nullable=False),
    named("state", 8, nullable=False),  # planned | held | off
    named("booking", 24), named("team", 24), Column("made_at", Moment, nullable=False),
    Index("mediation_sittings_team", "team", "starts_at"),
)  # fmt: skip

mediation_debts = Table(  # what an agreement says is to be done, by when
    "mediation_debts", metadata,
    new_id(), Column("case_id", Integer, nullable=False, index=True), named("role", 12, nullable=False),
    Column("due_on", Date, nullable=False), Column("what", LargeBinary, nullable=False),
    named("state", 8, nullable=False),  # open | done | late
    Column("done_on", Date),
)  # fmt: skip

mediation_results = Table(  # one a concluded case, own or imported: what figures are made from
    "mediation_results", metadata,
    named("number", 40, primary_key=True), named("area_id", 40, nullable=False, index=True),
    Column("opened_on", Date, nullable=False), Column("closed_on", Date, nullable=False, index=True),
    named("field", 16, nullable=False), Column("level", Integer, nullable=False), Column("round", Integer, nullable=False),
    named("outcome", 12, nullable=False), Column("confirmed", Boolean, nullable=False),
    Column("imported", Boolean, nullable=False),
)  # fmt: skip
