"""SQL that keeps `ProgressCount` equal to a GROUP BY over the cases.

Statement triggers with transition tables: a bulk change of a county costs one pass. A case that
nobody has saved to is "not started"; the first save moves it by a row trigger whose WHEN clause
is false for every later save. Changes of one town's counters follow each other (one of 256
advisory locks, taken in order), so two transactions never wait for each other's counters in a
circle, and a list of the whole nation in one transaction does not run out of locks.
"""

APPLY = """
CREATE OR REPLACE FUNCTION progress_apply(deltas progress_delta[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  bucket integer;
BEGIN
  IF deltas IS NULL THEN RETURN; END IF;
  FOR bucket IN SELECT DISTINCT hashtext(d.town) & 255 FROM unnest(deltas) d ORDER BY 1 LOOP
    PERFORM pg_advisory_xact_lock(7201713, bucket);
  END LOOP;
  UPDATE summaries_progresscount p SET count = p.count + d.delta FROM unnest(deltas) d
  WHERE p.exercise_id = d.exercise_id AND p.division_code = d.town
    AND p.form_code = d.form_code AND p.state = d.state AND p.review_level = d.review_level;
  INSERT INTO summaries_progresscount
    (exercise_id, division_code, form_code, state, review_level, count)
  SELECT d.exercise_id, d.town, d.form_code, d.state, d.review_level, d.delta FROM unnest(deltas) d
  WHERE NOT EXISTS (
    SELECT 1 FROM summaries_progresscount p
    WHERE p.exercise_id = d.exercise_id AND p.division_code = d.town
      AND p.form_code = d.form_code AND p.state = d.state AND p.review_level = d.review_level);
END $$;
"""

FUNCTIONS = """
CREATE FUNCTION progress_state(status varchar, is_owed boolean, case_id bigint)
RETURNS varchar LANGUAGE sql STABLE AS $$
  SELECT CASE
    WHEN NOT is_owed THEN 'not_owed'
    WHEN status <> 'open' THEN status
    WHEN EXISTS (SELECT 1 FROM submissions_response r
                 WHERE r.case_id = progress_state.case_id AND r.version > 0) THEN 'filling'
    ELSE 'not_started'
  END
$$;

CREATE FUNCTION progress_town(division_code varchar) RETURNS varchar
LANGUAGE sql IMMUTABLE AS $$ SELECT rpad(left(division_code, 9), 12, '0') $$;

CREATE TYPE progress_delta AS (
  exercise_id bigint, town varchar, form_code varchar, state varchar, review_level varchar,
  delta integer
);

@APPLY@

CREATE FUNCTION progress_case_inserted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM progress_apply(array_agg(
      ROW(exercise_id, town, form_code, state, review_level, delta)::progress_delta))
  FROM (
    SELECT exercise_id, progress_town(division_code) AS town, form_code,
           progress_state(status, is_owed, id) AS state, review_level, count(*)::integer AS delta
    FROM new_rows GROUP BY 1, 2, 3, 4, 5
  ) counted;
  RETURN NULL;
END $$;

CREATE FUNCTION progress_case_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM progress_apply(array_agg(
      ROW(exercise_id, town, form_code, state, review_level, delta)::progress_delta))
  FROM (
    SELECT exercise_id, progress_town(division_code) AS town, form_code,
           progress_state(status, is_owed, id) AS state, review_level, -count(*)::integer AS delta
    FROM old_rows GROUP BY 1, 2, 3, 4, 5
  ) counted;
  RETURN NULL;
END $$;

CREATE FUNCTION progress_case_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM progress_apply(array_agg(
      ROW(exercise_id, town, form_code, state, review_level, delta)::progress_delta))
  FROM (
    SELECT m.exercise_id, progress_town(m.division_code) AS town, m.form_code,
           progress_state(m.status, m.is_owed, o.id) AS state, m.review_level,
           sum(m.delta)::integer AS delta
    FROM old_rows o JOIN new_rows n USING (id) CROSS JOIN LATERAL (VALUES
      (o.exercise_id, o.division_code, o.form_code, o.status, o.is_owed, o.review_level, -1),
      (n.exercise_id, n.division_code, n.form_code, n.status, n.is_owed, n.review_level, 1)
    ) m (exercise_id, division_code, form_code, status, is_owed, review_level, delta)
    WHERE (o.exercise_id, o.division_code, o.form_code, o.status, o.is_owed, o.review_level)
       IS DISTINCT FROM
          (n.exercise_id, n.division_code, n.form_code, n.status, n.is_owed, n.review_level)
    GROUP BY 1, 2, 3, 4, 5 HAVING sum(m.delta) <> 0
  ) counted;
  RETURN NULL;
END $$;

CREATE FUNCTION progress_response_started() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  gone boolean := TG_OP = 'DELETE';
  own_case bigint := CASE WHEN gone THEN OLD.case_id ELSE NEW.case_id END;
BEGIN
  PERFORM progress_apply(ARRAY[
    ROW(c.exercise_id, progress_town(c.division_code), c.form_code, 'not_started',
        c.review_level, CASE WHEN gone THEN 1 ELSE -1 END)::progress_delta,
    ROW(c.exercise_id, progress_town(c.division_code), c.form_code, 'filling',
        c.review_level, CASE WHEN gone THEN -1 ELSE 1 END)::progress_delta])
  FROM submissions_case c
  WHERE c.id = own_case AND c.status = 'open' AND c.is_owed;
  RETURN NULL;
END $$;
""".replace("@APPLY@", APPLY)

TRIGGERS = """
CREATE TRIGGER progress_case_inserted AFTER INSERT ON submissions_case
  REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION progress_case_inserted();
CREATE TRIGGER progress_case_deleted AFTER DELETE ON submissions_case
  REFERENCING OLD TABLE AS old_rows
  FOR EACH STATEMENT EXECUTE FUNCTION progress_case_deleted();
CREATE TRIGGER progress_case_updated AFTER UPDATE ON submissions_case
  REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION progress_case_updated();
CREATE TRIGGER progress_response_started AFTER UPDATE ON submissions_response
  FOR EACH ROW WHEN (OLD.version = 0 AND NEW.version > 0)
  EXECUTE FUNCTION progress_response_started();
CREATE TRIGGER progress_response_inserted AFTER INSERT ON submissions_response
  FOR EACH ROW WHEN (NEW.version > 0)
  EXECUTE FUNCTION progress_response_started();
CREATE TRIGGER progress_response_deleted AFTER DELETE ON submissions_response
  FOR EACH ROW WHEN (OLD.version > 0)
  EXECUTE FUNCTION progress_response_started();
"""

FILL = """
INSERT INTO summaries_progresscount
  (exercise_id, division_code, form_code, state, review_level, count)
SELECT exercise_id, progress_town(division_code), form_code,
       progress_state(status, is_owed, id), review_level, count(*)
FROM submissions_case GROUP BY 1, 2, 3, 4, 5;
"""

DROP = """
DROP TRIGGER progress_response_deleted ON submissions_response;
DROP TRIGGER progress_response_inserted ON submissions_response;
DROP TRIGGER progress_response_started ON submissions_response;
DROP TRIGGER progress_case_updated ON submissions_case;
DROP TRIGGER progress_case_deleted ON submissions_case;
DROP TRIGGER progress_case_inserted ON submissions_case;
DROP FUNCTION progress_response_started();
DROP FUNCTION progress_case_updated();
DROP FUNCTION progress_case_deleted();
DROP FUNCTION progress_case_inserted();
DROP FUNCTION progress_apply(progress_delta[]);
DROP TYPE progress_delta;
DROP FUNCTION progress_town(varchar);
DROP FUNCTION progress_state(varchar, boolean, bigint);
"""
