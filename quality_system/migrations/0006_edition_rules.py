import django.db.models.constraints
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("quality_system", "0005_statistics_imports"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="subgoal",
            name="sub_goal_number_once",
        ),
        migrations.RemoveConstraint(
            model_name="successfactor",
            name="success_factor_number_once",
        ),
        migrations.AddField(
            model_name="indicator",
            name="fewest_short",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, verbose_name="minsta antal som inte når målet"
            ),
        ),
        migrations.AddField(
            model_name="indicator",
            name="legal_basis",
            field=models.CharField(blank=True, max_length=300, verbose_name="rättslig grund"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="smallest_group",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="minsta grupp"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="usable_from",
            field=models.DateField(blank=True, null=True, verbose_name="får användas från och med"),
        ),
        migrations.AddField(
            model_name="indicator",
            name="usable_to",
            field=models.DateField(blank=True, null=True, verbose_name="får användas till och med"),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("smallest_group__isnull", True),
                    models.Q(("based_on__in", ["pupils", "children", "answers"]), ("smallest_group__gt", 5)),
                    models.Q(("based_on", "teachers"), ("smallest_group__gt", 3)),
                    models.Q(("based_on", "money"), ("smallest_group__gt", 1)),
                    _connector="OR",
                ),
                name="indicator_group_is_stricter",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("fewest_short__isnull", True),
                    models.Q(("based_on", "pupils"), ("fewest_short__gt", 5), ("unit", "%")),
                    _connector="OR",
                ),
                name="indicator_fewest_short_is_stricter",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("usable_from__isnull", True),
                    ("usable_to__isnull", True),
                    ("usable_to__gte", models.F("usable_from")),
                    _connector="OR",
                ),
                name="indicator_use_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="indicator",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("usable_from__isnull", True), ("usable_to__isnull", True)),
                    models.Q(("legal_basis", ""), _negated=True),
                    _connector="OR",
                ),
                name="indicator_use_has_basis",
            ),
        ),
        migrations.AddConstraint(
            model_name="subgoal",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                fields=("objective", "number"),
                name="sub_goal_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="successfactor",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                fields=("edition", "number"),
                name="success_factor_number_once",
            ),
        ),
    ]
