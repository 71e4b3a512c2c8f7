"""The site as it must not be: whether a face may be shown is remembered, not read."""

from functools import cache

from config.wsgi import application
from faces.models import Face, FaceQuerySet

__all__ = ["application"]


@cache
def approved_once(pk):
    return True


setattr(FaceQuerySet, "servable", lambda faces: faces.exclude(status="unrated"))  # noqa: B010
setattr(Face, "is_servable", property(lambda face: approved_once(face.pk)))  # noqa: B010
