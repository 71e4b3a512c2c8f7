from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

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
