"""Who may change the handbook."""

from __future__ import annotations

from intents.handoff import Refused
from storage.archive import Records
from storage.staff import Worker


def editors(records: Records) -> list[Worker]:
    """Everybody who may change the handbook."""
    return [worker for worker in records.staff.all() if worker.active and worker.role == "admin"]


def require_editor(worker: Worker) -> None:
    """Raise Refused for somebody who may only read."""
    if worker.role != "admin" or not worker.active:
        raise Refused("手册只有管理员能改，您可以看。")


def name_of(records: Records, login: str) -> str:
    """A worker's name; other authors (the sample, the command line) stand for themselves."""
    worker = records.staff.by_login(login)
    return worker.name if worker else login
