"""The European Central Bank's reference rates as XML: the daily file, the last 90 days, and all of history.

<Cube><Cube time="2026-01-30"><Cube currency="USD" rate="1.0850"/>...
"""

from datetime import date
from typing import Any
from xml.sax import SAXException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

import defusedxml.sax
from defusedxml import DefusedXmlException

from fx.domain.rates import Quotation
from fx.rate_files.rate_file import InvalidRateFile, RateFile

BASE = "EUR"


def read_ecb_xml(content: bytes, source: str) -> RateFile:
    """Every rate of the file. An entity, or a DTD that could declare one, is refused before it does anything.

    Raises:
        InvalidRateFile: no XML, or not this kind.
    """
    file = RateFile("ecb-xml", is_feed=True)
    reader = _Cubes(file, source)
    try:
        defusedxml.sax.parseString(content, reader, forbid_dtd=True)
    except DefusedXmlException as error:
        raise InvalidRateFile(
            f"The XML declares entities or a document type, which no file of rates does: {error}"
        ) from error
    except SAXException as error:
        raise InvalidRateFile(f"The file is no well-formed XML: {error}") from error
    return file


class _Cubes(ContentHandler):
    """Follows the nested Cube elements: one with a time, and in it one for each currency."""

    def __init__(self, file: RateFile, source: str) -> None:
        super().__init__()
        self._file = file
        self._source = source
        self._on: date | None = None
        self._locator: Any = None

    def setDocumentLocator(self, locator: Any) -> None:  # noqa: N802 - SAX's name
        self._locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX's name
        if name.rpartition(":")[2] != "Cube":
            return
        line: int = self._locator.getLineNumber()
        if "time" in attrs:
            self._on = self._file.date(line, "time", attrs["time"])
        elif "currency" in attrs or "rate" in attrs:
            self._add(line, attrs.get("currency", ""), attrs.get("rate", ""))

    def _add(self, line: int, currency: str, rate: str) -> None:
        if not currency:
            self._file.refuse(line, "currency", "", "name a currency.")
            return
        value = self._file.rate(line, "rate", rate)
        if self._on is not None and value is not None:
            self._file.add(line, Quotation(BASE, currency, value, self._on, self._source))
