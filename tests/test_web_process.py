import subprocess
import sys

from django.conf import settings

PROGRAM = """
import sys, django
django.setup()
from django.core.management import load_command_class
from django.test import Client
import config.wsgi
assert Client(headers={"host": "localhost"}).get("/healthz/live").status_code == 200
for name in ["evaluate_gate", "fetch_weights", "generate_faces", "import_network", "top_up"]:
    load_command_class("generator", name)
print({"torch", "celery", "dlib", "onnxruntime", "safetensors"} & set(sys.modules))
"""


def test_the_web_process_loads_neither_torch_nor_celery(tmp_path):
    environment = {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "VAR_DIR": str(tmp_path),
    }

    imported = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
    )

    assert imported.stdout.strip() == "set()", imported.stderr
