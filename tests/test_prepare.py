import os
import subprocess
import sys

import pytest
from django.core.management import call_command

from quiz.models import Quiz


@pytest.mark.django_db
def test_site_is_made_ready_and_stays_so(settings):
    call_command("prepare")
    call_command("prepare")

    assert Quiz.objects.filter(is_published=True).count() == 1
    assert list(settings.STATIC_ROOT.glob("admin/css/*.css"))


def test_missing_database_is_told_in_one_line():
    environ = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:9/lovers",
    }
    command = [sys.executable, "manage.py", "prepare"]
    result = subprocess.run(command, env=environ, capture_output=True, text=True)

    assert result.returncode == 1
    assert result.stderr.startswith("CommandError: The database cannot be used")
    assert result.stderr.count("\n") == 1
