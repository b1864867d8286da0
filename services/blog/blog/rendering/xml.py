"""XML that every reader takes."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

_NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def child(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    """Add an element; characters that XML does not know are left out of its text."""
    made = ET.SubElement(parent, name, attributes)
    made.text = _NOT_IN_XML.sub("", text) or None
    return made


def document(root: ET.Element) -> bytes:
    """Return the bytes of a document."""
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written
