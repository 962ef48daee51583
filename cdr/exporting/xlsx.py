"""A workbook with one sheet, written row by row into a zip that nobody needs to seek in.

Texts are typed as texts, so no spreadsheet calculates with them, whatever they begin with. ECMA-376 part 1, chapter 18.
"""

import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_PARTS = {
    "[Content_Types].xml": f"""<Types xmlns="{_PACKAGE}/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Default Extension="xml" ContentType="application/xml"/>
<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>
<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>""",
    "_rels/.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>""",
    "xl/_rels/workbook.xml.rels": f"""<Relationships xmlns="{_PACKAGE}/relationships">
<Relationship Id="rId1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/>
<Relationship Id="rId2" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>""",
    "xl/workbook.xml": f"""<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">
<sheets><sheet name="Centrale" sheetId="1" r:id="rId1"/></sheets></workbook>""",
    "xl/styles.xml": f"""<styleSheet xmlns="{_MAIN}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="dd\\-mm\\-yyyy\\ hh:mm:ss"/><numFmt numFmtId="165" formatCode="#,##0.0000##"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>
<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>
<xf numFmtId="165" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/></cellXfs>
</styleSheet>""",
}
_WIDTHS = (20, 12, 22, 10, 18, 24, 20, 28, 10, 16, 18)
_BEGIN = (
    f'{_XML}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>'
    + "".join(
        f'<col min="{place}" max="{place}" width="{width}" customWidth="1"/>' for place, width in enumerate(_WIDTHS, 1)
    )
    + "</cols><sheetData>"
)


class _Pipe:
    """Takes what the zip writes until it is sent on. It cannot seek, and says so by having no such method."""

    def __init__(self) -> None:
        self.held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def close(self) -> None:
        """Nothing to close."""

    def take(self) -> bytes:
        taken, self.held = b"".join(self.held), []
        return taken


def _text(text: str, style: int = 0) -> str:
    """A cell with a text that is escaped already."""
    styled = f' s="{style}"' if style else ""
    return f'<c t="inlineStr"{styled}><is><t>{text}</t></is></c>' if text else f"<c{styled}/>"


def _number(value: object, style: int = 0) -> str:
    return f'<c s="{style}"><v>{value}</v></c>' if value != "" else f'<c s="{style}"/>'


class Workbook:
    """Calls in eleven columns: a moment, seven texts, seconds, an amount, and the seconds that a bundle covers."""

    def __init__(self, header: Sequence[str]) -> None:
        self._pipe = _Pipe()
        self._zip = zipfile.ZipFile(self._pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1)
        for name, text in _PARTS.items():
            self._zip.writestr(name, _XML + text)
        # Not zip64: Excel calls such a file broken. Half a million rows are far below its 4 GB.
        self._sheet = self._zip.open("xl/worksheets/sheet1.xml", "w")
        self._write(_BEGIN + "<row>" + "".join(_text(escape(word), 3) for word in header) + "</row>")

    def _write(self, text: str) -> None:
        self._sheet.write(text.encode())

    def rows(self, rows: Iterable[tuple[str, ...]]) -> bytes:
        """Rows whose texts are escaped already; what is ready of the file."""
        self._write(
            "".join(
                f"<row>{_number(start, 1)}{''.join(map(_text, texts))}{_number(seconds)}{_number(amount, 2)}{_number(covered)}</row>"
                for start, *texts, seconds, amount, covered in rows
            )
        )
        return self._pipe.take()

    def end(self, total: tuple[str, int, int, Decimal]) -> bytes:
        """The total line, and the rest of the file."""
        word, calls, seconds, amount = total
        last = _text(escape(word), 3) + _text("") * 6 + _number(calls, 3) + _number(seconds, 3) + _number(amount, 4)
        self._write(f"<row>{last}</row></sheetData></worksheet>")
        self._sheet.close()
        self._zip.close()
        return self._pipe.take()
