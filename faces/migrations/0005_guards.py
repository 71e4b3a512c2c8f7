from django.db import migrations

from faces.guards import create_guards, drop_guards


class Migration(migrations.Migration):
    dependencies = [("faces", "0004_panel")]

    operations = [migrations.RunPython(create_guards, drop_guards, elidable=False)]
