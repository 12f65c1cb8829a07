"""调解协议书 and the notice of failure as Word documents (人民调解法 第二十六条、第二十九条)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from docx import Document
from docx.document import Document as Paper
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from knowledge.mediation.rights import ROUTES

BLANK = "________________"


@dataclass(frozen=True, slots=True)
class Agreement:
    """The three elements: who, what it was about and who answers for what, what is agreed and how and when it is done."""

    number: str
    committee: str
    mediator: str
    applicant: str
    other: str
    facts: str
    matters: str
    terms: str
    performance: str


def agreement(told: Agreement) -> bytes:
    """The agreement, to be printed, read, signed and stamped; what is not known is left blank."""
    paper = _new("人民调解协议书", f"编号：{told.number}")
    _part(paper, "一、当事人", [f"申请人：{told.applicant or BLANK}", f"被申请人：{told.other or BLANK}",
                            f"身份证号码：{BLANK}　住址：{BLANK}（双方各自填写）"])  # fmt: skip
    _part(paper, "二、纠纷的主要事实、争议事项和各方责任", [told.facts or BLANK, f"争议事项和责任：{told.matters or BLANK}"])  # fmt: skip
    _part(paper, "三、协议内容、履行方式和期限", [told.terms or BLANK, f"履行方式和期限：{told.performance or BLANK}"])  # fmt: skip
    _part(paper, "四、说明", [
        "本协议自双方签名、盖章或按指印，调解员签名并盖调解委员会印章之日起生效，双方应当履行。",
        "协议生效后三十日内，双方可以共同向人民法院申请司法确认，不收费。",
        "本协议一式三份，双方各一份，调解委员会留存一份。",
    ])  # fmt: skip
    for line in (f"申请人（签名、按指印）：{BLANK}", f"被申请人（签名、按指印）：{BLANK}", f"调解员（{told.mediator or BLANK}）签名：{BLANK}",
                 f"{told.committee}（盖章）", "生效日期：______年____月____日"):  # fmt: skip
        paper.add_paragraph(line)
    return _bytes(paper)


def failure(number: str, committee: str, day: date) -> bytes:
    """The notice that a mediation has ended without an agreement; it says nothing of what was told."""
    paper = _new("人民调解终止告知书", f"编号：{number}")
    paper.add_paragraph("双方当事人：本次调解没有达成协议，现终止调解。")
    paper.add_paragraph(ROUTES)
    paper.add_paragraph("调解中各方说过的话、让过的步，不作为以后仲裁或诉讼中对其不利的证据。")
    paper.add_paragraph(f"{committee}（盖章）　{day.year}年{day.month}月{day.day}日")
    return _bytes(paper)


def _new(title: str, under: str) -> Paper:
    paper = Document()
    style = paper.styles["Normal"]
    style.font.name, style.font.size = "宋体", Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")
    head = paper.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = head.add_run(title)
    run.bold, run.font.size = True, Pt(18)
    paper.add_paragraph(under).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    return paper


def _part(paper: Paper, title: str, lines: Sequence[str]) -> None:
    paper.add_paragraph().add_run(title).bold = True
    for line in lines:
        paper.add_paragraph(line)


def _bytes(paper: Paper) -> bytes:
    out = io.BytesIO()
    paper.save(out)
    return out.getvalue()
