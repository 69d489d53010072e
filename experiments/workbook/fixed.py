"""Workbooks saved without the hour and in canonical XML, so that the same content gives the same bytes.

openpyxl writes with lxml where that is installed and with the standard library where it is not; both say the same in
other characters (spaces in empty elements, where a namespace is declared).
"""

from __future__ import annotations

import io
import re
import zipfile
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import canonicalize

_EPOCH = datetime(2012, 12, 24)
_DECLARED = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNIX = 3  # what an archive says of the system that made it, wherever it was made


def fixed_bytes(book: Any) -> bytes:
    """A workbook saved with fixed dates inside and fixed stamps on the parts of the archive."""
    book.properties.creator = "villagesim"
    book.properties.created = _EPOCH
    raw, out = io.BytesIO(), io.BytesIO()
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>2012-12-24T00:00:00Z", content)
            if name.endswith((".xml", ".rels", ".vml")):
                content = _DECLARED + canonicalize(content.decode()).encode()
            entry = zipfile.ZipInfo(name, date_time=(2012, 12, 24, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, _UNIX
            new.writestr(entry, content)
    return out.getvalue()
