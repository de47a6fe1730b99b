"""SQL that journals what fact snapshots have to read again.

Statement triggers with transition tables. A statement over very many rows journals the provinces
they lie in instead of every row: those provinces are then read anew as a whole.
"""

MANY = 5000

FUNCTIONS = f"""
CREATE FUNCTION facts_case_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT 1 FROM new_rows LIMIT {MANY} + 1) few) <= {MANY} THEN
    INSERT INTO submissions_factchange (xid, kind, key)
    SELECT pg_current_xact_id()::text::bigint, 'c', id FROM new_rows ON CONFLICT DO NOTHING;
  ELSE
    INSERT INTO submissions_factchange (xid, kind, key)
    SELECT DISTINCT pg_current_xact_id()::text::bigint, 'p', left(division_code, 2)::bigint
    FROM new_rows ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION facts_case_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT 1 FROM new_rows LIMIT {MANY} + 1) few) <= {MANY} THEN
    INSERT INTO submissions_factchange (xid, kind, key)
    SELECT pg_current_xact_id()::text::bigint, 'c', n.id
    FROM old_rows o JOIN new_rows n USING (id)
    WHERE (o.status, o.review_level, o.division_code, o.is_owed, o.instrument_version_id,
           o.unit_id, o.form_code, o.exercise_id)
       IS DISTINCT FROM
          (n.status, n.review_level, n.division_code, n.is_owed, n.instrument_version_id,
           n.unit_id, n.form_code, n.exercise_id)
    ON CONFLICT DO NOTHING;
  ELSE
    INSERT INTO submissions_factchange (xid, kind, key)
    SELECT DISTINCT pg_current_xact_id()::text::bigint, 'p', left(m.code, 2)::bigint
    FROM old_rows o JOIN new_rows n USING (id)
    CROSS JOIN LATERAL (VALUES (o.division_code), (n.division_code)) m (code)
    WHERE (o.status, o.review_level, o.division_code, o.is_owed, o.instrument_version_id)
       IS DISTINCT FROM
          (n.status, n.review_level, n.division_code, n.is_owed, n.instrument_version_id)
    ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION facts_case_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO submissions_factchange (xid, kind, key)
  SELECT pg_current_xact_id()::text::bigint, 'c', id FROM old_rows ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;

CREATE FUNCTION facts_answers_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT 1 FROM new_rows LIMIT {MANY} + 1) few) <= {MANY} THEN
    INSERT INTO submissions_factchange (xid, kind, key)
    SELECT DISTINCT pg_current_xact_id()::text::bigint, 'c', case_id
    FROM new_rows ON CONFLICT DO NOTHING;
  ELSE
    INSERT INTO submissions_factchange (xid, kind, key)
    SELECT DISTINCT pg_current_xact_id()::text::bigint, 'p', left(c.division_code, 2)::bigint
    FROM new_rows n JOIN submissions_case c ON c.id = n.case_id ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;

CREATE FUNCTION facts_unit_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM (SELECT 1 FROM new_rows LIMIT {MANY} + 1) few) <= {MANY} THEN
    INSERT INTO submissions_factchange (xid, kind, key)
    SELECT pg_current_xact_id()::text::bigint, 'u', id FROM new_rows ON CONFLICT DO NOTHING;
  ELSE
    INSERT INTO submissions_factchange (xid, kind, key)
    SELECT DISTINCT pg_current_xact_id()::text::bigint, 'p', left(division_code, 2)::bigint
    FROM new_rows ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END $$;
"""

_TRIGGERS = (
    # name, event, table, transition tables, function
    ("facts_case_inserted", "INSERT", "submissions_case", "NEW", "facts_case_changed"),
    ("facts_case_updated", "UPDATE", "submissions_case", "BOTH", "facts_case_updated"),
    ("facts_case_deleted", "DELETE", "submissions_case", "OLD", "facts_case_deleted"),
    ("facts_response_inserted", "INSERT", "submissions_response", "NEW", "facts_answers_changed"),
    ("facts_response_updated", "UPDATE", "submissions_response", "NEW", "facts_answers_changed"),
    ("facts_submitted", "INSERT", "submissions_submission", "NEW", "facts_answers_changed"),
    ("facts_unit_inserted", "INSERT", "registry_unit", "NEW", "facts_unit_changed"),
    ("facts_unit_updated", "UPDATE", "registry_unit", "BOTH", "facts_unit_changed"),
)
_TABLES = {
    "NEW": "NEW TABLE AS new_rows",
    "OLD": "OLD TABLE AS old_rows",
    "BOTH": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
}

TRIGGERS = "\n".join(
    f"CREATE TRIGGER {name} AFTER {event} ON {table} REFERENCING {_TABLES[kept]} "
    f"FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
    for name, event, table, kept, function in _TRIGGERS
)
DROP = "\n".join(
    [
        *(f"DROP TRIGGER {name} ON {table};" for name, _event, table, _kept, _f in _TRIGGERS),
        *(
            f"DROP FUNCTION {name}();"
            for name in dict.fromkeys(function for *_rest, function in _TRIGGERS)
        ),
    ]
)
