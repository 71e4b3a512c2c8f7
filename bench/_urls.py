import time

from django.http import HttpResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

from faces import panel_views
from faces.models import Face
from quiz.models import Result

LINES = {
    "hello": "There you are. Shoes off",
    "about": "I’m a butter sculptor, which means I sit facing the exit for free",
    "pet": "I own an undisclosed number of rescue greyhounds, allegedly",
    "confession": "I reply only in voice notes. You’ll adjust in four to six weeks",
    "invitation": "I’m free from now until the servers go down. You?",
    "caption": "Clear your weekend for one pasta with two forks, and warn your cat.",
    "intro": "“What should we watch?” is now Legend’s question. Deep down, it always was.",
}
"""As long as a real result."""


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
        lines=LINES,
    )
    return HttpResponse(status=303, headers={"Location": "/"})


def timed_vote(request):
    start = time.perf_counter()
    response = panel_views.vote(request)
    milliseconds = (time.perf_counter() - start) * 1000
    response["Server-Timing"] = f"vote;dur={milliseconds:.1f}"
    return response


urlpatterns = [
    path("panel/vote/", timed_vote),
    path("", include("config.urls")),
    path("bare/view/", bare),
    path("bare/select-and-insert/", bare_select_and_insert),
]
