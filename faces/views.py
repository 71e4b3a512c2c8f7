from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from faces.access import for_rater
from faces.files import read_picture
from faces.models import Face


@require_safe
def picture(request: HttpRequest, key: str, size: str) -> HttpResponse:
    """A portrait, only while its face is servable: a revoked one is never "not modified"."""
    face = Face.objects.servable().filter(key=key).first()
    if face is None:
        return gone_or_404(key)
    etag = f'"{face.picture_sha256[:32]}-{size}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged or picture_response(face, int(size))
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
@for_rater
def waiting_picture(request: HttpRequest, face_id: int, size: str) -> HttpResponse:
    """A portrait for the panel: one that still waits, or any for who decides."""
    face = get_object_or_404(Face, pk=face_id)
    is_waiting = face.status == Face.Status.UNRATED
    if not is_waiting and not request.user.has_perm("faces.decide_face"):
        raise Http404
    return picture_response(face, int(size))


def gone_or_404(key: str) -> HttpResponse:
    """Tell crawlers to forget a face that was taken away; others have never been here."""
    if not Face.objects.taken_away().filter(key=key).exists():
        raise Http404("No such face.")
    words = "This face is not shown any more.\n"
    response = HttpResponse(words, status=410, content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response


def picture_response(face: Face, size: int) -> HttpResponse:
    try:
        data = read_picture(face.picture_sha256, size)
    except OSError as error:
        raise Http404("The picture is not on the disk.") from error
    return HttpResponse(data, content_type="image/webp")
