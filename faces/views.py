from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from faces.files import read_picture
from faces.models import Face


@require_safe
def picture(request: HttpRequest, key: str, size: str) -> HttpResponse:
    """A portrait, only while its face is servable: a revoked one is never "not modified"."""
    face = get_object_or_404(Face.objects.servable(), key=key)
    etag = f'"{face.picture_sha256[:32]}-{size}"'
    unchanged = get_conditional_response(request, etag=etag)
    response = unchanged or picture_response(face, int(size))
    response["ETag"] = etag
    response["Cache-Control"] = "public, max-age=60"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def picture_response(face: Face, size: int) -> HttpResponse:
    try:
        data = read_picture(face.picture_sha256, size)
    except OSError as error:
        raise Http404("The picture is not on the disk.") from error
    return HttpResponse(data, content_type="image/webp")
