"""Comparison groups: a huvudman is in one at most."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("huvudman", "0011_contact_ended_at_once"),
        ("quality_system", "0006_edition_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="ComparisonGroup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rule", models.JSONField(verbose_name="villkor")),
                ("made_at", models.DateTimeField(auto_now_add=True, verbose_name="gjord")),
            ],
            options={
                "verbose_name": "jämförelsegrupp",
                "verbose_name_plural": "jämförelsegrupper",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="GroupMember",
            fields=[
                (
                    "huvudman",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="comparison",
                        serialize=False,
                        to="huvudman.huvudman",
                        verbose_name="huvudman",
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="quality_system.comparisongroup",
                        verbose_name="jämförelsegrupp",
                    ),
                ),
            ],
            options={
                "verbose_name": "medlem i en jämförelsegrupp",
                "verbose_name_plural": "medlemmar i jämförelsegrupper",
            },
        ),
    ]
