"""Makes the database agree with the file of revocations, and the file with the database."""

from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from faces import ledger
from faces.files import write_whole
from faces.ledger import Contents, Line
from faces.models import BLOCKED, Face, FaceEvent, Network, Report


def replay(contents: Contents) -> int:
    """Take away again whatever was; returns how much that changed. Safe to repeat.

    A face that the database does not know is added, blocked, so that neither a worker nor
    a manifest brings it back. One of a network that is not registered here has to wait for
    that.
    """
    networks = {network.sha256: network for network in Network.objects.all()}
    gone = Face.objects.filter(status__in=BLOCKED)
    status_of = dict(gone.values_list("picture_sha256", "status"))
    num_changed = 0
    for line in ledger.last_words(contents.lines):
        is_so = status_of.get(line.picture) in (line.status, Face.Status.REVOKED)
        if line.network in networks and not is_so:
            num_changed += follow(line, networks[line.network])
    return num_changed


def replay_own_file() -> int:
    return replay(ledger.read(settings.REVOCATIONS_FILE))


@transaction.atomic
def follow(line: Line, network: Network) -> int:
    if line.status == ledger.RETIRED:
        if network.is_retired and not network.face_set.remaining().exists():
            return 0
        return network.retire(line.why) + 1
    if line.status not in BLOCKED:
        return 0
    recipe = Q(network=network, seed=line.seed, psi=line.psi, edit=line.edit)
    faces = Face.objects.filter(recipe | Q(picture_sha256=line.picture))
    return sum(take_away(face, line) for face in faces) or int(
        not faces and add_blocked(line, network)
    )


def take_away(face: Face, line: Line) -> bool:
    reason = f"Was so before: {line.why}"[:200]
    if line.status == Face.Status.REVOKED:
        is_new = face.status != Face.Status.REVOKED
        return is_new and face.change_status(face.status, Face.Status.REVOKED, reason)
    if line.status == Face.Status.REJECTED:
        return face.reject(reason) or face.revoke(reason)
    if is_hidden := face.hide(reason):
        face.reports.create(
            source=Report.Source.OPERATOR, reason=Report.Reason.OTHER, note=reason
        )
    return is_hidden


def add_blocked(line: Line, network: Network) -> bool:
    is_revoked = line.status == Face.Status.REVOKED
    status = Face.Status.REVOKED if is_revoked else Face.Status.REJECTED
    face = Face.objects.create(
        network=network,
        seed=line.seed or 0,
        psi=line.psi,
        edit=line.edit,
        picture_sha256=line.picture,
        phash=line.phash,
        drawn_on=line.drawn_on,
        status=status,
    )
    FaceEvent.objects.create(
        face=face,
        from_status=Face.Status.UNRATED,
        to_status=status,
        reason=f"Was so before: {line.why}"[:200],
    )
    return True


def catch_up() -> int:
    """Add to the file what the database alone knows; returns how many lines."""
    lines = missing_lines(ledger.read(settings.REVOCATIONS_FILE))
    ledger.append(settings.REVOCATIONS_FILE, lines)
    return len(lines)


def export(path: Path) -> int:
    """Write down all that was taken away, for another machine; returns how many lines."""
    contents = ledger.read(settings.REVOCATIONS_FILE)
    lines = [*ledger.last_words(contents.lines), *missing_lines(contents)]
    write_whole(path, "".join(line.text for line in lines).encode())
    return len(lines)


def missing_lines(contents: Contents) -> list[Line]:
    said = {line.subject: line.status for line in ledger.last_words(contents.lines)}
    faces = [face.ledger_line(face.status, why(face)) for face in taken_by_people()]
    networks = [
        network.ledger_line("Retired.")
        for network in Network.objects.exclude(retired_at=None)
    ]
    return [
        line
        for line in [*networks, *faces]
        if said.get(line.subject) not in (line.status, Face.Status.REVOKED)
    ]


def taken_by_people() -> QuerySet[Face]:
    """Not what screening has rejected: that is drawn, measured and rejected again."""
    refused = Face.objects.filter(
        status=Face.Status.REJECTED,
        events__to_status=Face.Status.REJECTED,
        events__by__isnull=False,
    )
    faces = Face.objects.taken_away() | refused
    return faces.select_related("network").prefetch_related("events").distinct()


def why(face: Face) -> str:
    events = [event for event in face.events.all() if event.to_status == face.status]
    return events[0].reason if events else ""
