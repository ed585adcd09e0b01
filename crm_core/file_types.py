"""What a file is, told by its first bytes and never by its name."""

from __future__ import annotations

import io
from zipfile import BadZipFile, ZipFile

_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\x00", "image/tiff"),
    (0, b"MM\x00*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heic"),
    (8, b"WAVE", "audio/wav"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"\xff\xfb", "audio/mpeg"),
    (0, b"\xff\xf3", "audio/mpeg"),
    (0, b"OggS", "audio/ogg"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypisom", "video/mp4"),
    (4, b"ftypmp4", "video/mp4"),
)
_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
# Text that a browser or a shell would run.
_ACTIVE = ("<!doctype", "<html", "<script", "<svg", "<?xml", "#!", "<?php", "@echo")


def media_type(data: bytes) -> str | None:
    """None for what is not taken: programs, scripts, pages, archives, documents with macros."""
    for offset, magic, found in _MAGIC:
        if data[offset : offset + len(magic)] == magic and (offset != 8 or data[:4] == b"RIFF"):
            return found
    if data[:4] == b"PK\x03\x04":
        return _document(data)
    return "text/plain" if _is_text(data) else None


def _document(data: bytes) -> str | None:
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if any(name.casefold().endswith("vbaproject.bin") for name in names):
                return None
            if "[Content_Types].xml" in names:
                return next(
                    (kind for folder, kind in _OFFICE.items() if any(n.startswith(folder) for n in names)), None
                )
            if names[:1] == ["mimetype"] and archive.getinfo("mimetype").file_size < 100:
                declared = archive.read("mimetype").decode("ascii", "replace")
                return declared if declared.startswith(_OPEN_DOCUMENT) else None
    except (BadZipFile, KeyError, NotImplementedError, RuntimeError):
        return None
    return None


def _is_text(data: bytes) -> bool:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    start = text[:200].lstrip().casefold()
    controls = any(character < " " and character not in "\t\n\r\f" for character in text)
    return not controls and not start.startswith(_ACTIVE)
