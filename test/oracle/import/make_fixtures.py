"""Documents in every format that triage reads, and their text as other programs give it.

    python test/oracle/import/make_fixtures.py [texts | sheets | …]    # all of them, or some

Writes test/fixtures/import/formats/<name> and, beside each, <name>.txt: its text by the program that TOOLS names.
Needs LibreOffice, pandoc, poppler-utils (pdftotext), catdoc, openssl, and:
openpyxl xlrd python-pptx python-docx odfpy extract-msg reportlab pillow pysrt webvtt-py.
"""

import csv
import email
import email.policy
import io
import mailbox
import re
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from datetime import date, datetime, timezone
from email.message import EmailMessage
from pathlib import Path

import docx
import extract_msg
import openpyxl
import pptx
import pysrt
import webvtt
import xlrd
from odf import teletype
from odf.opendocument import load as load_odf
from odf.text import P
from openpyxl.comments import Comment
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.lib.units import cm
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph

FOLDER = Path(__file__).parents[2] / "fixtures/import/formats"

REPORT = """---
title: The Harbour Payments
author: Wilhelmina Okonkwo
---

# Summary

The board of Zephyr Holdings approved three payments in 2009, of which one was never booked.[^1] The papers lay in
Rotterdam, Malmö and Łódź; the *naïve* reading is that nobody asked.

## What was paid

| Date       | Payee           | Amount     |
|------------|-----------------|------------|
| 2009-03-04 | Harbour Office  | 184,250.00 |
| 2009-04-30 | Lindqvist & Co. | 21,000.00  |
| 2009-05-01 | Sømod ApS       | 37,499.96  |

1. The first was paid by cheque.
2. The second went to a lawyer.
   - His name is not in the minutes.
   - His invoice is.

> “Nothing was signed,” said Margarethe Lindqvist — twice.

研究人員在港口發現了新的文件。這些文件只有三頁。

Последнее слово осталось за комиссией.

[^1]: It was in fact approved by Ada Byron alone, on the telephone.
"""


def run(*command, **options):
    return subprocess.run(command, check=True, capture_output=True, **options).stdout


def office(source: Path, kind: str, target: Path):
    """Converts with LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        home = f"-env:UserInstallation=file://{folder}/home"
        run("soffice", home, "--headless", "--convert-to", kind, "--outdir", folder, str(source))
        made = next(Path(folder).glob(f"{source.stem}.*"))
        target.write_bytes(made.read_bytes())


def pandoc(path: Path, kind: str) -> str:
    return run("pandoc", "-f", kind, "-t", "plain", "--wrap=none", str(path)).decode()


def make_texts():
    source = FOLDER / "report.md"
    source.write_text(REPORT)
    run("pandoc", str(source), "-o", str(FOLDER / "report.docx"))
    run("pandoc", str(source), "-o", str(FOLDER / "report.epub"))
    run("pandoc", "-s", str(source), "-o", str(FOLDER / "report.html"))
    run("pandoc", "-s", str(source), "-t", "docbook", "-o", str(FOLDER / "report.xml"))
    run("pandoc", str(source), "-o", str(FOLDER / "report.ipynb"))
    source.unlink()
    for kind in ["odt", "doc:MS Word 97", "rtf"]:
        office(FOLDER / "report.docx", kind, FOLDER / f"report.{kind.split(':')[0]}")
    # No Chinese font here: LibreOffice would write boxes.
    western = FOLDER / "western.docx"
    run("pandoc", "-o", str(western), input="\n\n".join(part for part in REPORT.split("\n\n") if "研" not in part).encode())
    office(western, "pdf", FOLDER / "report.pdf")
    western.unlink()
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Confidential: Zephyr"
    section.footer.paragraphs[0].text = "Printed in Rotterdam"
    document.add_paragraph("The letter itself is short.").add_run(" It has two runs.").bold = True
    table = document.add_table(rows=2, cols=2)
    for place, text in enumerate(["Clause", "Penalty", "Nine", "4 million euro"]):
        table.cell(place // 2, place % 2).text = text
    document.save(FOLDER / "letter.docx")
    for name, kind in [("report.docx", "docx"), ("report.odt", "odt"), ("report.rtf", "rtf"), ("report.epub", "epub"),
                       ("report.html", "html"), ("report.xml", "docbook"), ("report.ipynb", "ipynb")]:
        yield name, pandoc(FOLDER / name, kind)
    yield "report.doc", run("catdoc", "-d", "utf-8", "-w", str(FOLDER / "report.doc")).decode()
    yield "report.pdf", run("pdftotext", str(FOLDER / "report.pdf"), "-").decode()
    parts = [section.header, section.footer]
    cells = [cell.text for row in table.rows for cell in row.cells]
    letter = [p.text for p in document.paragraphs] + cells + [p.text for part in parts for p in part.paragraphs]
    yield "letter.docx", "\n".join(letter)


def make_columns():
    """A heading over two columns of text; pdftotext reads one column after the other."""
    words = "The committee met in the harbour office and read the papers that the lawyer had sent from Rotterdam. "
    width, height = A4
    half = (width - 3 * cm) / 2
    frames = [Frame(cm, cm, half, height - 4 * cm), Frame(2 * cm + half, cm, half, height - 4 * cm)]
    title = lambda canvas, _: canvas.drawString(cm, height - 2 * cm, "Minutes of the committee that met in the harbour office")
    document = BaseDocTemplate(str(FOLDER / "columns.pdf"), pagesize=A4, invariant=1)
    document.addPageTemplates(PageTemplate(frames=frames, onPage=title))
    style = getSampleStyleSheet()["BodyText"]
    document.build([Paragraph(f"Point {n}. {words * 3}", style) for n in range(1, 25)])
    yield "columns.pdf", run("pdftotext", str(FOLDER / "columns.pdf"), "-").decode()


def make_right_to_left():
    """Lines of Hebrew with a number and a name in them, which run the other way."""
    page = FOLDER / "hebrew.html"
    lines = ["החברה שילמה 184,250.00 דולר ל-Zephyr Holdings באוקטובר 2009.", "החוזה נחתם על ידי סגן הנשיא, וילהלמינה אוקונקו."]
    body = "".join(f"<p>{line}</p>" for line in ["x", *lines])  # LibreOffice puts the first one on a page of its own
    page.write_text(f"""<html dir="rtl"><body style="font-family:'DejaVu Sans'">{body}</body></html>""")
    odt = FOLDER / "hebrew.odt"
    office(page, "odt:writer8", odt)
    office(odt, "pdf", FOLDER / "hebrew.pdf")
    page.unlink()
    odt.unlink()
    yield "hebrew.pdf", run("pdftotext", str(FOLDER / "hebrew.pdf"), "-").decode()


def make_scan():
    """A page without a text layer, and the same as a picture: what text recognition is tried on."""
    with tempfile.TemporaryDirectory() as folder:
        page = str(FOLDER.parent / "cases/hyphenated.pdf")
        run("pdftoppm", "-r", "150", "-gray", "-png", "-singlefile", page, f"{folder}/page")
        picture = Image.open(f"{folder}/page.png")
        picture = picture.crop((0, 0, picture.width, picture.height // 4))
        picture.save(FOLDER / "scan.png", optimize=True)
        picture.save(FOLDER / "scan.pdf", resolution=150)
    return []


def make_sheets():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Payments"
    sheet.append(["Payee", "Paid on", "Amount", "Booked"])
    rows = [["Harbour Office", date(2009, 3, 4), 184250.5, True], ["Sømod ApS", date(2009, 4, 30), 21000, False],
            ["研究室", date(2009, 5, 1), 37499.96, True]]
    for row in rows:
        sheet.append(row)
    other = book.create_sheet("Notes")
    other.append(["Clause nine was struck out."])
    book.save(FOLDER / "payments.xlsx")
    office(FOLDER / "payments.xlsx", "ods", FOLDER / "payments.ods")
    office(FOLDER / "payments.xlsx", "xls:MS Excel 97", FOLDER / "payments.xls")
    sheet["A2"].comment = Comment("Okonkwo saw this.", "Ada")
    book.save(FOLDER / "payments.xlsx")
    read = openpyxl.load_workbook(FOLDER / "payments.xlsx", data_only=True)
    cells = [shown(cell.value) for name in read for row in name.iter_rows() for cell in row]
    yield "payments.xlsx", "\n".join(cells + ["Okonkwo saw this."])
    old = xlrd.open_workbook(FOLDER / "payments.xls")
    yield "payments.xls", "\n".join(
        xlrd.xldate_as_datetime(cell.value, 0).date().isoformat() if cell.ctype == xlrd.XL_CELL_DATE
        else shown(bool(cell.value)) if cell.ctype == xlrd.XL_CELL_BOOLEAN else shown(cell.value)
        for name in old.sheets() for row in name.get_rows() for cell in row)
    # LibreOffice's own idea of each sheet as a table of values.
    with tempfile.TemporaryDirectory() as folder:
        every_sheet = "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,-1"
        run("soffice", f"-env:UserInstallation=file://{folder}/home", "--headless", "--convert-to", every_sheet,
            "--outdir", folder, str(FOLDER / "payments.ods"))
        yield "payments.ods", "\n".join(path.read_text() for path in sorted(Path(folder).glob("payments-*.csv")))


def make_formats():
    """Numbers whose format matters: what is shown is not what is stored."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["what", "figure"])
    rows = [("share", 0.125, "0.0%"), ("half", 0.5, "0%"), ("euro", -21000, "[$€-2] #,##0.00"), ("dollar", 184250.5, '"$"#,##0.00'),
            ("signed on", date(2009, 3, 4), "d mmmm yyyy"), ("weekday", date(2009, 4, 30), "dddd"), ("hours", 1.5, "[h]:mm"),
            ("at noon", datetime(2009, 5, 1, 12, 30), "yyyy-mm-dd hh:mm"), ("rounded", 37499.961, "#,##0"),
            ("big", 123456789, "0.00E+00"), ("units", 12, '0" boxes"'), ("zero padded", 42, "00000"), ("plain", 0.1 + 0.2, "General")]
    for what, value, code in rows:
        sheet.append([what, value])
        sheet.cell(sheet.max_row, 2).number_format = code
    book.save(FOLDER / "formats.xlsx")
    office(FOLDER / "formats.xlsx", "xls:MS Excel 97", FOLDER / "formats.xls")
    office(FOLDER / "formats.xlsx", "ods", FOLDER / "formats.ods")
    # An OpenDocument sheet has each cell's text as LibreOffice shows it.
    for name in ["formats.xlsx", "formats.xls", "formats.ods"]:
        with tempfile.TemporaryDirectory() as folder:
            office(FOLDER / name, "ods", Path(folder) / "shown.ods")
            cells = load_odf(f"{folder}/shown.ods").spreadsheet.getElementsByType(P)
            yield name, "\n".join(teletype.extractText(cell) for cell in cells)


def make_pictures():
    """Documents whose text is in a picture: for text recognition."""
    picture = str(FOLDER / "scan.png")
    document = docx.Document()
    document.add_paragraph("A letter with a scan in it.")
    document.add_picture(picture, width=docx.shared.Cm(15))
    document.save(FOLDER / "pictures.docx")
    for kind in ["odt", "pdf", "doc:MS Word 97"]:
        office(FOLDER / "pictures.docx", kind, FOLDER / f"pictures.{kind.split(':')[0]}")
    # LibreOffice writes pictures to .rtf unpacked.
    (FOLDER / "pictures.rtf").write_text(
        "{\\rtf1 A letter with a scan in it.\\par {\\*\\shppict{\\pict{\\*\\picprop{\\sp{\\sn wzName}{\\sv Scan}}}\\pngblip\\picw100\\pich50\n"
        + Path(picture).read_bytes().hex("\n", 64) + "}}}")
    show = pptx.Presentation()
    show.slides.add_slide(show.slide_layouts[6]).shapes.add_picture(picture, 0, 0)
    show.save(FOLDER / "pictures.pptx")
    book = openpyxl.Workbook()
    book.active["A1"] = "A sheet with a scan on it."
    book.active.add_image(openpyxl.drawing.image.Image(picture), "B2")
    book.save(FOLDER / "pictures.xlsx")
    office(FOLDER / "pictures.xlsx", "xls:MS Excel 97", FOLDER / "pictures.xls")
    return []


def make_signed():
    """Signed content, in one piece and in pieces of unknown length, and encrypted content."""
    message = b"Content-Type: text/plain; charset=utf-8\r\n\r\nClause nine was struck out by \xc5\x81ucja.\r\n"
    with tempfile.TemporaryDirectory() as folder:
        key, certificate, plain = f"{folder}/key.pem", f"{folder}/certificate.pem", f"{folder}/plain"
        run("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=Zephyr", "-keyout", key, "-out", certificate)
        Path(plain).write_bytes(message)
        sign = ["openssl", "cms", "-sign", "-binary", "-nodetach", "-in", plain, "-signer", certificate, "-inkey", key]
        encrypt = ["openssl", "cms", "-encrypt", "-binary", "-in", plain]
        run(*sign, "-outform", "DER", "-out", str(FOLDER / "signed.p7m"))
        run(*sign, "-outform", "DER", "-stream", "-out", str(FOLDER / "streamed.p7m"))
        run(*sign, "-outform", "PEM", "-out", str(FOLDER / "signed-base64.p7m"))
        run(*sign, "-outform", "SMIME", "-subject", "Signed", "-from", "w@example.com", "-to", "a@board.example", "-out", str(FOLDER / "signed.eml"))
        run(*encrypt, "-outform", "DER", "-out", str(FOLDER / "encrypted.p7m"), certificate)
        run(*encrypt, "-outform", "SMIME", "-subject", "Locked", "-from", "w@example.com", "-to", "a@board.example", "-out", str(FOLDER / "encrypted.eml"), certificate)
    for name, form in [("signed.p7m", "DER"), ("streamed.p7m", "DER"), ("signed-base64.p7m", "PEM")]:
        read = run("openssl", "cms", "-verify", "-noverify", "-inform", form, "-in", str(FOLDER / name))
        yield name, email.message_from_bytes(read, policy=email.policy.default).get_content()
    heads = email.message_from_bytes((FOLDER / "signed.eml").read_bytes(), policy=email.policy.default)
    read = run("openssl", "cms", "-verify", "-noverify", "-inform", "SMIME", "-in", str(FOLDER / "signed.eml"))
    body = email.message_from_bytes(read, policy=email.policy.default).get_content()
    yield "signed.eml", "\n".join([*(f"{name}: {heads[name]}" for name in ["Subject", "From", "To"]), body])


def shown(value) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if hasattr(value, "date"):
        return value.date().isoformat()
    return "" if value is None else f"{value:.15g}" if isinstance(value, float) else str(value)


def make_slides():
    show = pptx.Presentation()
    for title, lines, notes in [("Harbour payments", ["Three were approved", "One was never booked"], "Say this slowly."),
                                ("Що далі", ["研究人員在港口", "Ask Lindqvist"], "")]:
        slide = show.slides.add_slide(show.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = "\n".join(lines)
        if notes:
            slide.notes_slide.notes_text_frame.text = notes
    table = show.slides[1].shapes.add_table(1, 2, 0, 0, 4_000_000, 400_000).table
    table.cell(0, 0).text, table.cell(0, 1).text = "Clause", "Nine"
    show.save(FOLDER / "talk.pptx")
    office(FOLDER / "talk.pptx", "odp", FOLDER / "talk.odp")
    texts = []
    for slide in pptx.Presentation(FOLDER / "talk.pptx").slides:
        for shape in slide.shapes:
            if shape.has_text_frame:
                texts.append(shape.text_frame.text)
            if shape.has_table:
                texts += [cell.text for row in shape.table.rows for cell in row.cells]
        if slide.has_notes_slide:
            texts.append(slide.notes_slide.notes_text_frame.text)
    yield "talk.pptx", "\n".join(texts)
    paragraphs = load_odf(str(FOLDER / "talk.odp")).presentation.getElementsByType(P)
    yield "talk.odp", "\n".join(teletype.extractText(paragraph) for paragraph in paragraphs)


def make_mail():
    message = EmailMessage()
    message["From"] = "Wilhelmina Okonkwo <w@example.com>"
    message["To"] = "Ada Byron <ada@board.example>, Jürgen Groß <j@board.example>"
    message["Cc"] = "minutes@board.example"
    message["Subject"] = "Übergabe der Papiere"
    message["Date"] = "Fri, 01 May 2009 23:30:00 -0500"
    message.set_content("Die Papiere liegen im Hafenbüro.\n\nGrüße, W.\n", charset="iso-8859-1", cte="quoted-printable")
    message.add_attachment("Anlage: die Übersicht.", filename="übersicht.txt")
    (FOLDER / "mail.eml").write_bytes(message.as_bytes())
    read = email.message_from_bytes((FOLDER / "mail.eml").read_bytes(), policy=email.policy.default)
    heads = [f"{name}: {read[name]}" for name in ["Subject", "From", "To", "Cc", "Date"]]
    bodies = [part.get_content() for part in read.walk() if part.get_content_maintype() == "text"]
    yield "mail.eml", "\n".join(heads + bodies)

    writer = extract_msg.OleWriter()
    text = lambda value: value.encode("utf-16-le")
    streams = {"001A": "IPM.Note", "0037": "Closing at the harbour", "1000": "The handover is on Friday.\r\nBring the papers.\r\n",
               "0C1A": "Wilhelmina Okonkwo", "5D01": "w@example.com", "0E04": "Ada Byron", "1035": "<closing@mail.example>"}
    for tag, value in streams.items():
        writer.addEntry([f"__substg1.0_{tag}001F"], text(value))
    properties = bytearray(32)
    for tag, value in streams.items():
        properties += bytes.fromhex("1F00") + bytes.fromhex(tag)[::-1] + (6).to_bytes(4, "little")
        properties += (len(text(value)) + 2).to_bytes(4, "little") + bytes(4)
    # 2009-05-01 15:00 UTC, in steps of 100 ns since 1601
    properties += bytes.fromhex("40003900") + (6).to_bytes(4, "little") + (128856636000000000).to_bytes(8, "little")
    writer.addEntry(["__properties_version1.0"], bytes(properties))
    writer.addEntry(["__nameid_version1.0"], storage=True)
    for tag in ["00020102", "00030102", "00040102"]:
        writer.addEntry(["__nameid_version1.0", f"__substg1.0_{tag}"], b"")
    writer.write(str(FOLDER / "closing.msg"))
    read = extract_msg.openMsg(FOLDER / "closing.msg")
    heads = {"Subject": read.subject, "From": read.sender, "To": "Ada Byron", "Date": read.date.astimezone(timezone.utc).isoformat().replace("+00:00", "Z"),
             "Message-ID": read.messageId}
    yield "closing.msg", "\n".join([*(f"{name}: {value}" for name, value in heads.items()), read.body])


def make_rest():
    (FOLDER / "talk.srt").write_text("1\n00:00:01,000 --> 00:00:04,000\n<i>Nothing</i> was signed.\n\n2\n00:00:05,500 --> 00:00:07,000\nNot even the minutes.\n")
    yield "talk.srt", re.sub("<[^>]+>", "", "\n".join(cue.text for cue in pysrt.open(FOLDER / "talk.srt")))
    (FOLDER / "talk.vtt").write_text("WEBVTT\n\nNOTE not said\n\nfirst\n00:01.000 --> 00:04.000 align:start\n<v Ada>Nothing was <b>signed</b>.\n\n00:05.500 --> 00:07.000\n- Not even\n- the minutes.\n")
    yield "talk.vtt", "\n".join(f"{cue.voice or ''} {cue.text}" for cue in webvtt.read(FOLDER / "talk.vtt"))
    (FOLDER / "server.log").write_text("".join(f"2009-03-04T10:0{n}:00Z ERROR [harbour] payment {n} was refused: no signature\n" for n in range(8)))
    (FOLDER / "pay.py").write_text("# The harbour payments\ndef pay(amount: float) -> str:\n    \"\"\"Pays, and says so.\"\"\"\n    return f'paid {amount:,.2f}'\n")
    (FOLDER / "minutes.md").write_text("# Minutes\n\n- **Nothing** was signed.\n- See [clause nine](https://example.com/nine).\n")
    for name in ["server.log", "pay.py", "minutes.md"]:
        yield name, run("cat", str(FOLDER / name)).decode()
    box = mailbox.mbox(FOLDER / "box.mbox")
    for subject, body in [("Harbour", "The first message.\n\nFrom the harbour it came.\n"), ("Übergabe", "Die zweite Nachricht.\n")]:
        message = EmailMessage()
        message["Subject"], message["From"], message["Date"] = subject, "w@example.com", "Fri, 01 May 2009 23:30:00 -0500"
        message.set_content(body)
        box.add(message)
    box.close()
    read = mailbox.mbox(FOLDER / "box.mbox", factory=lambda file: email.message_from_binary_file(file, policy=email.policy.default))
    yield "box.mbox", "\n".join(f"Subject: {m['Subject']} From: {m['From']} Date: {m['Date']} {m.get_content()}" for m in read)
    with zipfile.ZipFile(FOLDER / "papers.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ["report.pdf", "report.docx", "mail.eml"]:
            archive.write(FOLDER / name, f"papers/{name}")
    yield "papers.zip", "\n".join((FOLDER / f"{name}.txt").read_text() for name in ["report.pdf", "report.docx", "mail.eml"])
    table = io.StringIO()
    csv.writer(table, delimiter=";").writerows([["payee", "remark"], ["Harbour; Office", 'said "no"'], ["Sømod", "two\nlines"]])
    (FOLDER / "table.csv").write_text(table.getvalue())
    yield "table.csv", "\n".join(" ".join(row) for row in csv.reader(io.StringIO(table.getvalue()), delimiter=";"))
    with tarfile.open(FOLDER / "papers.tar.gz", "w:gz") as archive:
        for name, text in [("a/one.txt", "The first paper."), ("a/" + "long-name-" * 12 + ".txt", "The second paper.")]:
            info = tarfile.TarInfo(name)
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    with tarfile.open(FOLDER / "papers.tar.gz") as archive:
        yield "papers.tar.gz", "\n".join(archive.extractfile(member).read().decode() for member in archive)


MAKERS = [make_texts, make_columns, make_right_to_left, make_scan, make_sheets, make_formats, make_pictures, make_slides, make_mail,
          make_signed, make_rest]


def main():
    FOLDER.mkdir(parents=True, exist_ok=True)
    wanted = set(sys.argv[1:])
    if not wanted:
        for path in FOLDER.iterdir():
            path.unlink()
    for make in MAKERS:
        if wanted and make.__name__.removeprefix("make_") not in wanted:
            continue
        for name, text in make():
            (FOLDER / f"{name}.txt").write_text(text)
            print(name, len(re.findall(r"\w+", text)), "words")


main()
