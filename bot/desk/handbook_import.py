"""Import and export: upload, dry run with errors and differences, confirm; download as xlsx or YAML."""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import zlib
from collections.abc import Mapping, Sequence

from starlette.datastructures import UploadFile
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.guard import ADMINS, Desk, Visit
from bot.desk.publishing import release
from intents.handoff import Refused
from intents.scene import ZONE
from intents.staff import importing
from knowledge.handbook import HandbookEntry
from knowledge.handbook_files import Loaded, read_file, write_xlsx, write_yaml
from storage.archive import Records

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_CARRIED = 2_000_000  # characters of the checked file that the confirm form carries
MOST_UNPACKED = 8_000_000
SHOWN = 200
_reading = asyncio.Semaphore(1)  # one file at a time, so that files cannot fill the memory together


def routes(desk: Desk) -> list[Route]:
    """Import for admins, export for all staff."""
    return [
        desk.get("/handbook/import", page_import, roles=ADMINS),
        desk.post("/handbook/import", dry_run, roles=ADMINS),
        desk.post("/handbook/import/confirm", confirm, roles=ADMINS),
        desk.get("/handbook/export.xlsx", export_xlsx),
        desk.get("/handbook/export.yaml", export_yaml),
    ]


async def page_import(visit: Visit) -> Response:
    """The upload form."""
    return visit.page("handbook_import.html", plan=None, file="", carried="", base="", why="")


async def dry_run(visit: Visit) -> Response:
    """Read the file and show what it would do; nothing is changed."""
    sent = visit.form.get("file")
    name = (sent.filename or "")[:120] if isinstance(sent, UploadFile) else ""
    if not name:
        return visit.page("handbook_import.html", status=422, plan=None, file="", carried="", base="",
                          why="没有选文件。")  # fmt: skip
    loaded = await _read(await visit.upload("file"), name)
    plan = await visit.read(lambda records: importing.plan(records, loaded))
    carried = "" if plan.stopped else pack(plan.entries)
    why = "改动太多，一次放不下，请分成两个文件导入。" if len(carried) > MOST_CARRIED else ""
    return visit.page("handbook_import.html", plan=plan, file=name, why=why, base=json.dumps(dict(plan.base)),
                      carried="" if why else carried, shown=SHOWN)  # fmt: skip


async def _read(data: bytes, name: str) -> Loaded:
    async with _reading:
        return await asyncio.to_thread(read_file, data, name)


async def confirm(visit: Visit) -> Response:
    """Import what the dry run showed. It is read and checked again; the form is not trusted."""
    base, entries = _base(visit.given("base", 100_000)), visit.given("carried", MOST_CARRIED)
    reason, publish = visit.given("reason", 200), visit.given("do") == "publish"
    loaded = await _read(unpack(entries), "confirm.yaml")

    def job(records: Records) -> list[tuple[str, int]]:
        plan = importing.plan(records, loaded)
        checked = importing.Plan(
            plan.entries, plan.differences, plan.problems, base, plan.drafts, plan.absent
        )
        keep = importing.import_to_publish if publish else importing.import_as_drafts
        return [
            (version.entry.id, version.version)
            for version in keep(records, visit.worker, checked, visit.now, reason=reason)
        ]

    kept = await visit.write(job)
    if publish and kept:
        try:
            await release(visit, kept, reason)
        except Refused as no:
            return visit.go(
                "/desk/handbook?state=draft", f"已导入 {len(kept)} 条草稿，没有发布：{str(no)[:300]}"
            )
    done = "发布" if publish else "存为草稿"
    return visit.go(
        "/desk/handbook" + ("" if publish else "?state=draft"), f"已导入 {len(kept)} 条，{done}。"
    )


def pack(entries: Sequence[HandbookEntry]) -> str:
    """Entries as a word that a form can carry."""
    return base64.b64encode(zlib.compress(write_yaml(entries), 9)).decode() if entries else ""


def unpack(carried: str) -> bytes:
    """The file in the form; raise Refused where it is none, or grows too big."""
    try:
        opened = zlib.decompressobj()
        data = opened.decompress(base64.b64decode(carried, validate=True), MOST_UNPACKED)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise Refused("没有收到要导入的内容，请重新上传。") from error
    if not opened.eof:
        raise Refused("内容不完整或太大，请重新上传。")
    return data


def _base(told: str) -> Mapping[str, int]:
    try:
        found = json.loads(told)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not all(isinstance(n, int) for n in found.values()):
        raise Refused("没有收到要导入的内容，请重新上传。")
    return found


async def export_xlsx(visit: Visit) -> Response:
    """What is published, as a workbook to edit and import again."""
    data = await visit.read(lambda records: write_xlsx(_published(records)))
    return await _file(visit, data, "xlsx", XLSX)


async def export_yaml(visit: Visit) -> Response:
    """What is published, as one YAML file."""
    data = await visit.read(lambda records: write_yaml(_published(records)))
    return await _file(visit, data, "yaml", "application/yaml; charset=utf-8")


def _published(records: Records) -> list[HandbookEntry]:
    return [version.entry for version in records.handbook.published()]


async def _file(visit: Visit, data: bytes, ending: str, kind: str) -> Response:
    await visit.write(
        lambda records: records.audit.write(visit.now, visit.worker.login, "export", "handbook", ending)
    )
    name = f"handbook-{visit.now.astimezone(ZONE):%Y%m%d}.{ending}"
    return Response(data, media_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}"'})
