from django.core.management.base import BaseCommand

from quiz.roles import ROLES, set_up_roles


class Command(BaseCommand):
    help = "Create the groups editor, rater, lead and operator and set their permissions. Safe to repeat."

    def handle(self, *args: object, **options: object) -> None:
        set_up_roles()
        self.stdout.write(f"Groups are set up: {', '.join(ROLES)}.")
