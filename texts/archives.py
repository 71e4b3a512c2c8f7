"""Unpacks the archives that .xlsx and .ods files are, within limits."""

import zipfile
from io import BytesIO

from texts.cells import FAR_TOO_MUCH, refusal

MAX_UNPACKED_BYTES = 20_000_000
MAX_RATIO = 100
MAX_MEMBERS = 50


def unpack(data: bytes) -> dict[str, bytes]:
    """The members of the archive, read no further than the limits allow."""
    budget = min(MAX_UNPACKED_BYTES, MAX_RATIO * len(data))
    members: dict[str, bytes] = {}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if len(archive.infolist()) > MAX_MEMBERS:
            raise refusal(
                f"The file has more than {MAX_MEMBERS} parts. Keep fewer sheets."
            )
        for info in archive.infolist():
            with archive.open(info) as member:
                members[info.filename] = member.read(budget + 1)
            budget -= len(members[info.filename])
            if budget < 0:
                raise refusal(FAR_TOO_MUCH)
    return members
