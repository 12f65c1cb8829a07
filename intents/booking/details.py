"""What a booking asks besides the time: for whom, how many, who calls, where to come, what to mind."""

from __future__ import annotations

import re

from intents.message import Message
from intents.questions import Address, Choice, Number, PersonName, Phone, Words, YesNo, is_no, is_yes
from intents.scene import Scene
from intents.talk import MISS, Json, Part, Question, Stale, ask
from knowledge.services import Service
from knowledge.wishes import words

NOTES = {"吃": "口味、忌口、过敏有要交代的吗？", "医": "想看哪个科？要不要人陪？"}
COMES = re.compile(
    r"^(?:我|我们|自己|他|她)?(?:自己)?(?:到|去|来|上)(?P<at>食堂|中心|社区|站里|你们?那里?)(?:去|来|吃|剪|取|里)*[吧的了啊。 ]*$"
)
EATS_THERE = re.compile(r"(?:到|去|上|在)食堂(?:里|去)?吃")
OTHER = "other"  # 换地址
PAIR = re.compile(
    r"(?:给|帮|替|为|让|带|陪)(?P<one>[^，。,和跟与、同]{1,6}?)(?:和|跟|与|、|同|还有)(?P<other>[^，。,]{1,6})"
)
SELF = re.compile(r"^(?:我|俺|额|我自己|自己|本人)$")


def unit(service: Service) -> str:
    """份 for what is eaten, 人 for the rest."""
    return "份" if service.group == "吃" else "人"


def company(text: str) -> list[str]:
    """The people named where two are (给我爸和我妈): their relations, 本人 for oneself; none for one person."""
    if found := PAIR.search(text):
        one = "本人" if SELF.match(found["one"]) else words.relation(found["one"])
        other = words.relation(found["other"])
        if one and other and one != other:
            return [one, other]
    relation = words.relation(text)
    if relation == "爸妈":
        return ["爸爸", "妈妈"]
    if words.count(text) == 2:
        return ["本人", relation] if relation and "和" in text else ["两位"]
    return []


def quantity(scene: Scene, service: Service) -> Part:
    """How many portions or people; 1 where the service does not ask and one person is named."""
    if "quantity" in service.asks:
        prompt = "要几份？" if service.group == "吃" else "几个人？"
        return int((yield from ask("quantity", Number(prompt, most=min(service.capacity, 20)))))
    if not pair(scene, service) or service.capacity < 2:
        return 1
    named = pair(scene, service)
    who = f"（{'、'.join(named)}）" if named != ["两位"] else ""
    both = yield from ask("both", YesNo(f"是两个人吗{who}？可以约同一个时间。", "是，两个人", "只约一位"))
    return 2 if both else 1


def pair(scene: Scene, service: Service) -> list[str]:
    """The two people that the opening words name, where the service is for somebody."""
    return company(scene.opening) if "for_whom" in service.asks and "quantity" not in service.asks else []


def whom(scene: Scene, service: Service, count: int) -> str:
    """For whom: as told when asked again, else from the opening words."""
    if "for_whom" in scene.answers:
        return str(scene.answers["for_whom"])
    both = pair(scene, service)
    if both and both != ["两位"]:
        named = "、".join(both) if count > 1 else both[0]
        return "" if named == "本人" else named
    return words.relation(scene.opening) or "" if "for_whom" in service.asks else ""


def ask_details(scene: Scene, service: Service, count: int) -> Part:
    """What the service asks, by name. A name and a number told before are kept; an address is asked about."""
    told, again = scene.records.people.told(scene.person.id), scene.answers.get("_again", [])
    if "for_whom" in again:
        yield from ask("for_whom", Whom())
    details: dict[str, str] = {}
    if who := whom(scene, service, count):
        details["for_whom"] = who
    for name in service.asks:
        question = questions(service).get(name)
        if question is None:
            continue
        known = told.get(name, "") if name not in again else ""
        if known and name in ("name", "phone") and name not in scene.answers:
            details[name] = known
            continue
        if known and name == "address":
            question = KnownAddress(known)
        details[name] = str((yield from ask(name, question)))
        if details[name] == OTHER and name == "address":
            scene.answers["_again"] = [*again, name]
            raise Stale(name, "")
    return details


def questions(service: Service) -> dict[str, Question]:
    """What a service may ask, by the names in its `asks`."""
    return {
        "name": PersonName(),
        "phone": Phone(),
        "address": VisitAddress(),
        "people": Number("大概多少人？", most=service.fits or 200, unit="人"),
        "child": Words("孩子叫什么、几岁或几年级？", least=2),
        "note": Note(NOTES.get(service.group, "还有什么要交代的？"), skip="没有"),
    }


class VisitAddress(Address):
    """Where to come; or the person comes: 到食堂, 到中心."""

    def hear(self, message: Message, scene: Scene) -> Json:
        if found := COMES.match(message.text.strip()):
            return "到食堂" if found["at"] == "食堂" else "到中心"
        return super().hear(message, scene)

    def glean(self, text: str, scene: Scene) -> Json:
        return "到食堂" if EATS_THERE.search(text) else super().glean(text, scene)


class KnownAddress(VisitAddress):
    """The address told last time, to be agreed to or changed."""

    def __init__(self, known: str) -> None:
        super().__init__(f"还是去{known}吗？")
        self._known = known
        self.hint = "请回“是”，或者说新的地址。"

    def options(self) -> list[tuple[str, str]]:
        return [(self._known, "还是那里"), (OTHER, "换地址")]

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if is_yes(text) or text in ("还是那里", "还是这里", "老地方", "还是老地方"):
            return self._known
        found = super().hear(message, scene)
        return OTHER if found is MISS and (is_no(text) or "换" in text) else found


class Note(Words):
    """What to mind; 是, 好 and 没有 say nothing."""

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        return "" if is_yes(text) or is_no(text) else super().hear(message, scene)


class Whom(Choice):
    """For whom, asked again."""

    def __init__(self) -> None:
        super().__init__("给谁约？", [("", "我自己")], gleans=False)
        self.hint = "请说给谁约，比如“我妈”，或者选“我自己”。"

    def hear(self, message: Message, scene: Scene) -> Json:
        text = message.text.strip()
        if SELF.match(text):
            return ""
        return words.relation(text) or super().hear(message, scene)


def spoken(details: dict[str, str]) -> str:
    """What was told, to be checked: 称呼、电话尾号、孩子、交代."""
    phone = details.get("phone", "")
    told = (("称呼", details.get("name", "")), ("电话尾号", phone[-4:]), ("孩子", details.get("child", "")),
            ("交代", details.get("note", "")))  # fmt: skip
    return "，".join(f"{label}{'：' if label == '交代' else ''}{said}" for label, said in told if said)
