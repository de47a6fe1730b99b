"""SQL that keeps `UnitCount` equal to a GROUP BY over the units.

Statement triggers with transition tables: a list of ten thousand units costs one pass. Changes of
one town's counters follow each other (one of 256 advisory locks, taken in order), so two
transactions never wait for each other's counters in a circle.
"""

# What a unit is counted under, and what it lacks: the same expressions wherever they are needed.
_GROUP = (
    "unit_count_town({row}.division_code) AS town, {row}.kind AS kind, {row}.status AS status, "
    "{row}.source AS source"
)
_MEASURES = (
    "{sign}1 AS count, {sign}({row}.longitude IS NULL)::int AS no_position, "
    "{sign}({row}.industry_codes = '{{}}')::int AS no_industry, "
    "{sign}({row}.credit_code = '' AND {row}.organisation_code = '')::int AS no_code"
)
_SUMS = (
    "sum(count)::int AS count, sum(no_position)::int AS no_position, "
    "sum(no_industry)::int AS no_industry, sum(no_code)::int AS no_code"
)
_DELTA = (
    "ROW(town, kind, status, source, count, no_position, no_industry, no_code)::unit_count_delta"
)


def _measured(table: str, sign: str) -> str:
    columns = f"{_GROUP}, {_MEASURES}".format(row="u", sign=sign)
    return f"SELECT {columns} FROM {table} u"  # noqa: S608  the names above


def _applied(rows: str) -> str:
    return f"""
  PERFORM unit_count_apply(array_agg({_DELTA})) FROM (
    SELECT town, kind, status, source, {_SUMS} FROM ({rows}) measured
    GROUP BY town, kind, status, source
    HAVING (sum(count), sum(no_position), sum(no_industry), sum(no_code)) <> (0, 0, 0, 0)
  ) summed;
  RETURN NULL;
"""  # noqa: S608  the names above


_COLUMNS = (
    "division_code, kind, status, source, count, without_position, without_industry, without_code"
)

APPLY = f"""
CREATE OR REPLACE FUNCTION unit_count_apply(deltas unit_count_delta[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  bucket integer;
BEGIN
  IF deltas IS NULL THEN RETURN; END IF;
  FOR bucket IN SELECT DISTINCT hashtext(d.town) & 255 FROM unnest(deltas) d ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(7201714, bucket);
  END LOOP;
  UPDATE registry_unitcount c
  SET count = c.count + d.count, without_position = c.without_position + d.no_position,
      without_industry = c.without_industry + d.no_industry,
      without_code = c.without_code + d.no_code
  FROM unnest(deltas) d
  WHERE c.division_code = d.town AND c.kind = d.kind AND c.status = d.status
    AND c.source = d.source;
  INSERT INTO registry_unitcount ({_COLUMNS})
  SELECT d.town, d.kind, d.status, d.source, d.count, d.no_position, d.no_industry, d.no_code
  FROM unnest(deltas) d
  WHERE NOT EXISTS (
    SELECT 1 FROM registry_unitcount c
    WHERE c.division_code = d.town AND c.kind = d.kind AND c.status = d.status
      AND c.source = d.source);
END $$;
"""  # noqa: S608  the names above

FUNCTIONS = f"""
CREATE FUNCTION unit_count_town(division_code varchar) RETURNS varchar
LANGUAGE sql IMMUTABLE AS $$ SELECT rpad(left(division_code, 9), 12, '0') $$;

CREATE TYPE unit_count_delta AS (
  town varchar, kind varchar, status varchar, source varchar,
  count integer, no_position integer, no_industry integer, no_code integer
);

{APPLY}
CREATE FUNCTION unit_count_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {_applied(_measured("new_rows", "+"))} END $$;

CREATE FUNCTION unit_count_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {_applied(_measured("old_rows", "-"))} END $$;

CREATE FUNCTION unit_count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN {_applied(_measured("old_rows", "-") + " UNION ALL " + _measured("new_rows", "+"))} END $$;
"""

TRIGGERS = """
CREATE TRIGGER unit_count_inserted AFTER INSERT ON registry_unit
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION unit_count_inserted();
CREATE TRIGGER unit_count_deleted AFTER DELETE ON registry_unit
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION unit_count_deleted();
CREATE TRIGGER unit_count_updated AFTER UPDATE ON registry_unit
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION unit_count_updated();
"""

RECOUNT = f"""
SELECT town, kind, status, source, {_SUMS}
FROM ({_measured("registry_unit", "+")}) measured GROUP BY town, kind, status, source
"""  # noqa: S608  the names above

# Nobody writes units meanwhile, so that no change falls between the recount and the triggers.
REBUILD = f"""
LOCK TABLE registry_unit IN SHARE ROW EXCLUSIVE MODE;
DELETE FROM registry_unitcount;
INSERT INTO registry_unitcount ({_COLUMNS}) {RECOUNT};
"""  # noqa: S608  the names above

DROP = """
DROP TRIGGER unit_count_updated ON registry_unit;
DROP TRIGGER unit_count_deleted ON registry_unit;
DROP TRIGGER unit_count_inserted ON registry_unit;
DROP FUNCTION unit_count_updated();
DROP FUNCTION unit_count_deleted();
DROP FUNCTION unit_count_inserted();
DROP FUNCTION unit_count_apply(unit_count_delta[]);
DROP TYPE unit_count_delta;
DROP FUNCTION unit_count_town(varchar);
"""
