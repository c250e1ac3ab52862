"""School units sort as people number them: Skola 2 before Skola 10, and å ä ö last."""

from django.contrib.postgres.operations import CreateCollation
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("huvudman", "0005_newer_register"),
    ]

    operations = [
        CreateCollation("sv_natural", locale="sv-u-kn-true", provider="icu"),
        migrations.AlterField(
            model_name="schoolunit",
            name="name",
            field=models.CharField(db_collation="sv_natural", max_length=200, verbose_name="namn"),
        ),
        migrations.AlterField(
            model_name="schoolunithistory",
            name="name",
            field=models.CharField(db_collation="sv_natural", max_length=200, verbose_name="namn"),
        ),
    ]
