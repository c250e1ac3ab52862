"""What the register's tables need of the database before they are made."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

ORGNR_IS_VALID = """
CREATE OR REPLACE FUNCTION orgnr_is_valid(orgnr text) RETURNS boolean
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT orgnr ~ '^[0-9]{10}$' AND orgnr <> '0000000000' AND (
        SELECT sum(CASE WHEN i % 2 = 0 THEN d WHEN d < 5 THEN 2 * d ELSE 2 * d - 9 END) % 10 = 0
        FROM generate_series(1, 10) AS i, LATERAL (SELECT ascii(substr(orgnr, i, 1)) - 48 AS d) AS digit
    )
$$
"""


class Migration(migrations.Migration):
    dependencies = []

    operations = [
        TrigramExtension(),
        migrations.RunSQL(ORGNR_IS_VALID, "DROP FUNCTION IF EXISTS orgnr_is_valid(text)"),
    ]
