from django.core.management.base import BaseCommand, CommandError

from faces.shipped import ManifestError
from quiz.demo import load_demo


class Command(BaseCommand):
    help = (
        "Load the demo: faces, texts, the quiz and staff accounts. Safe to repeat: only "
        "what is missing is added, and the passwords are printed once, when they are made."
    )

    def handle(self, *args: object, **options: object) -> None:
        try:
            passwords = load_demo()
        except (ManifestError, OSError) as error:
            raise CommandError(str(error)) from error
        if passwords:
            self.stdout.write(
                "Demo staff accounts, shown only this once (sign in at /admin/):"
            )
        for name, password in passwords.items():
            self.stdout.write(f"  {name:<9} {password}")
