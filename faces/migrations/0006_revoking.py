from django.conf import settings
from django.db import migrations, models

from faces.guards import create_guards, drop_guards


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("faces", "0005_guards"),
    ]

    # SQLite cannot take a column away while a guard reads it. Backwards, the last step comes
    # first: the guards go, the column goes, and those that do without it come back.
    operations = [
        migrations.RunPython(migrations.RunPython.noop, create_guards, elidable=False),
        migrations.AddField(
            model_name="network",
            name="retired_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Since then it draws no more, and none of its faces is shown.",
                null=True,
            ),
        ),
        migrations.AddIndex(
            model_name="faceevent",
            index=models.Index(fields=["to_status", "at"], name="faceevent_latest"),
        ),
        migrations.RunPython(create_guards, drop_guards, elidable=False),
    ]
