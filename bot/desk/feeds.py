"""Calendar files: a subscribable feed behind a secret address, and one booking as a file for the desk."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.desk.bookings import find
from bot.desk.guard import Desk, Visit
from bot.office import Office
from intents.handoff import Refused
from intents.staff import feeds
from knowledge import ical
from storage.archive import Records

ICS = "text/calendar; charset=utf-8"


def public(office: Office) -> Route:
    """Calendar programs sign in nowhere: the address is the key. A wrong one answers like one that never was."""

    async def feed(request: Request) -> Response:
        secret = request.path_params["secret"]
        now = office.now()
        data = await office.read(lambda records: feeds.read(records, office.lore(records), secret, now))
        if data is None:
            return Response("没有这一页。", 404, media_type="text/plain; charset=utf-8")
        return Response(data, media_type=ICS, headers={"Cache-Control": "private, no-store"})

    return Route("/calendar/{secret}.ics", feed, methods=["GET"])


def _asked(visit: Visit) -> tuple[str, str]:
    scope, _, target = visit.given("of", 60).partition(":")
    if scope not in feeds.SCOPES:
        raise Refused("请选要订阅的日历。")
    return scope, target


async def give(visit: Visit) -> Response:
    """A new address, shown once; the one before holds no more."""
    scope, target = _asked(visit)
    secret = await visit.write(lambda r: feeds.give(r, visit.lore(r), visit.worker, scope, target, visit.now))
    address = str(visit.request.url.replace(path=f"/calendar/{secret}.ics", query=""))
    return visit.page("feed.html", address=address)


async def take_back(visit: Visit) -> Response:
    """The address answers no more."""
    scope, target = _asked(visit)
    await visit.write(lambda r: feeds.take_back(r, visit.lore(r), visit.worker, scope, target, visit.now))
    return visit.go("/desk/calendar", "订阅地址停用了。")


async def one(visit: Visit) -> Response:
    """One booking as a file; a cancelled one takes itself out of the calendar."""

    def look(records: Records) -> tuple[bytes, str]:
        booking = find(records, visit)
        method = "CANCEL" if booking.state in ("cancelled", "expired") else "PUBLISH"
        told = feeds.event(visit.lore(records), booking, visit.now)
        return ical.calendar([told], method=method), booking.code

    data, code = await visit.read(look)
    return Response(
        data, media_type=ICS, headers={"Content-Disposition": f'attachment; filename="{code}.ics"'}
    )


def routes(desk: Desk) -> list[Route]:
    """For workers."""
    return [
        desk.post("/feeds/give", give),
        desk.post("/feeds/stop", take_back),
        desk.get("/bookings/{code}.ics", one),
    ]
