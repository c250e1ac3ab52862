"""A plain form of every name, so that a search forgives dots, accents and slips, and an index finds it."""

import django.contrib.postgres.indexes
from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

import huvudman.models.huvudman

PLAIN_NAME = """
CREATE OR REPLACE FUNCTION plain_name(name text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT lower(public.unaccent('public.unaccent'::regdictionary, name))
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("huvudman", "0003_held_rows"),
    ]

    operations = [
        UnaccentExtension(),
        migrations.RunSQL(PLAIN_NAME, "DROP FUNCTION IF EXISTS plain_name(text)"),
        migrations.AddIndex(
            model_name="huvudman",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(
                    huvudman.models.huvudman.PlainName("name"), name="gin_trgm_ops"
                ),
                name="huvudman_by_plain_name",
            ),
        ),
    ]
