from django.http import HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from faces.models import Face
from quiz.models import Result


def bare(request):
    return HttpResponse(b"bare")


@csrf_exempt
def bare_select_and_insert(request):
    """One ORM SELECT and one ORM INSERT of the same rows as a submit, and nothing else."""
    face = Face.objects.get(pk=1)
    Result.objects.create(
        quiz_id=1,
        face=face,
        name="Legend L.",
        age=24,
        sign="Cancer",
        home_town="Vancouver",
        lines={"hello": "Hi!", "pet": "I have nine macaws"},
    )
    return HttpResponse(status=303, headers={"Location": "/"})


urlpatterns = [
    path("", include("config.urls")),
    path("bare/view/", bare),
    path("bare/select-and-insert/", bare_select_and_insert),
]
