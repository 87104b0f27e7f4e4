"""The journal on PostgreSQL: the one function that writes it, the guards around it, and who may call it."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.databases import NotPrepared

# pg_temp last: otherwise it comes first, and a session could put a table of its own before ours.
_PATH = "SET search_path = journal, pg_temp"
# What waits for its turn is planned once per session, maybe while the tables were still empty. A plan
# that reads all of a table would then be kept while it grows. Without the last of these it would be planned
# anew for every append, which takes longer than to do it.
_BY_INDEX = """SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan"""

# Each statement of a volatile function sees what was committed before it began. So the lock comes first,
# in a statement of its own: whatever follows sees every append that came before.
_APPEND = """
DECLARE
  newest bigint;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('pakta append'));
  IF EXISTS (SELECT FROM unnest(agreements, versions) AS new(agreement, version)
             JOIN events USING (agreement, version))
  OR EXISTS (SELECT FROM json_populate_recordset(NULL::receipts, new_receipts)
             JOIN receipts USING (principal, command_id))
  THEN
    RETURN NULL;
  END IF;
  IF json_array_length(believed_free) > 0 THEN  -- seldom, and a statement costs even if it finds nothing
    IF EXISTS (SELECT FROM json_populate_recordset(NULL::heads, believed_free) AS wanted
               JOIN heads AS known ON (known.owner, known.reference) = (wanted.owner, wanted.reference)
               AND known.agreement <> wanted.agreement)
    OR EXISTS (SELECT FROM json_populate_recordset(NULL::heads, believed_free) AS wanted
               JOIN heads AS known ON (known.owner, known.twin) = (wanted.owner, wanted.twin)
               AND known.agreement <> wanted.agreement)
    THEN
      RETURN NULL;
    END IF;
  END IF;
  newest := coalesce((SELECT max(position) FROM events), 0);
  INSERT INTO events (position, agreement, version, topic, state)
    SELECT newest + number, agreement, version, topic, state
    FROM unnest(agreements, versions, topics, states)
      WITH ORDINALITY AS new(agreement, version, topic, state, number);
  IF json_array_length(new_receipts) > 0 THEN
    INSERT INTO receipts (principal, command_id, digest, answer)
      SELECT principal, command_id, digest, answer
      FROM json_populate_recordset(NULL::receipts, new_receipts);
  END IF;
  IF json_array_length(new_heads) > 0 THEN
    -- References are set free before others take them: the constraint looks at one row at a time.
    UPDATE heads SET reference = NULL
      FROM json_populate_recordset(NULL::heads, new_heads) AS new
      WHERE heads.agreement = new.agreement AND heads.reference IS NOT NULL
        AND (heads.owner, heads.reference) IS DISTINCT FROM (new.owner, new.reference);
    INSERT INTO heads (agreement, version, opened, owner, visibility, readers, reference, twin)
      SELECT agreement, version, newest + opened, owner, visibility, readers, reference, twin
      FROM json_populate_recordset(NULL::heads, new_heads)
      ON CONFLICT (agreement) DO UPDATE SET
        version = excluded.version, owner = excluded.owner, visibility = excluded.visibility,
        readers = excluded.readers, reference = excluded.reference, twin = excluded.twin;
  END IF;
  IF json_array_length(moved) > 0 THEN
    UPDATE heads SET version = new.version
      FROM json_populate_recordset(NULL::heads, moved) AS new
      WHERE heads.agreement = new.agreement;
  END IF;
  RETURN newest;
END """

_REFUSE_CHANGE = """
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END """

# Positions are unique, so these are dense if they are as many as their span and go on from one that is there.
_REFUSE_GAP = """
DECLARE
  many bigint; lowest bigint; highest bigint;
BEGIN
  SELECT count(*), min(position), max(position) INTO many, lowest, highest FROM added;
  IF many > 0 AND NOT (
    highest - lowest + 1 = many AND highest = (SELECT max(position) FROM events)
    AND (lowest = 1 OR EXISTS (SELECT FROM events WHERE position = lowest - 1))
  ) THEN
    RAISE EXCEPTION 'events is append-only: positions are dense'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NULL;
END """

# name: (arguments, what it returns and how it runs, body)
_FUNCTIONS = {
    "append": (
        """agreements uuid[], versions bigint[], topics text[], states bytea[],
        new_receipts json, new_heads json, moved json, believed_free json""",
        f"RETURNS bigint LANGUAGE plpgsql VOLATILE SECURITY DEFINER {_PATH} {_BY_INDEX}",
        _APPEND,
    ),
    "refuse_change": ("", f"RETURNS trigger LANGUAGE plpgsql {_PATH}", _REFUSE_CHANGE),
    "refuse_gap": ("", f"RETURNS trigger LANGUAGE plpgsql {_PATH}", _REFUSE_GAP),
}
_TRIGGERS = {
    ("events", "events_never_changes"): "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION {}",
    ("events", "events_never_shrinks"): "BEFORE TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION {}",
    ("receipts", "receipts_never_changes"): "BEFORE UPDATE OR DELETE ON {} FOR EACH ROW EXECUTE FUNCTION {}",
    ("receipts", "receipts_never_shrinks"): "BEFORE TRUNCATE ON {} FOR EACH STATEMENT EXECUTE FUNCTION {}",
    ("events", "events_stay_dense"): (
        "AFTER INSERT ON {} REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {}"
    ),
}
_BODIES = "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'journal'::regnamespace"
_ALWAYS = """
    SELECT relname, tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
    WHERE relnamespace = 'journal'::regnamespace AND tgenabled = 'A'"""
_MAY_CREATE = "SELECT has_schema_privilege('journal', 'CREATE')"


def is_complete(connection: Connection, metadata: sa.MetaData) -> bool:
    """Whether everything is there as this version of Pakta makes it.

    Raises:
        NotPrepared: something is missing, and this role may not make it.
    """
    tables = set(sa.inspect(connection).get_table_names("journal"))
    triggers = {tuple(row) for row in connection.exec_driver_sql(_ALWAYS)}
    bodies = {tuple(row) for row in connection.exec_driver_sql(_BODIES)}
    wanted = {(name, body) for name, (_, _, body) in _FUNCTIONS.items()}
    if tables.issuperset(metadata.tables) and triggers.issuperset(_TRIGGERS) and bodies >= wanted:
        return True
    if not connection.exec_driver_sql(_MAY_CREATE).scalar():
        raise NotPrepared
    return False


def guard(connection: Connection) -> None:
    """Make the functions and the triggers, or make them what they should be."""
    # What an older version would still call must fail, rather than leave heads behind.
    for parts in (4, 5):
        _do(connection, f"DROP FUNCTION IF EXISTS append({', '.join(['json'] * parts)})")
    for name, (arguments, kind, body) in _FUNCTIONS.items():
        _do(connection, f"CREATE OR REPLACE FUNCTION {name}({arguments}) {kind} AS $${body}$$")
        _do(connection, f"REVOKE ALL ON FUNCTION {name} FROM PUBLIC")  # else everybody may call it
    for (table, name), rule in _TRIGGERS.items():
        function = "refuse_gap()" if name == "events_stay_dense" else "refuse_change()"
        _do(connection, f"CREATE OR REPLACE TRIGGER {name} {rule.format(table, function)}")
        # ALWAYS: they hold in a replica's session too, which plain triggers do not.
        _do(connection, f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
    # Its place was taken by events_stay_dense, which asks once per statement and not once per row.
    _do(connection, "DROP TRIGGER IF EXISTS events_only_append ON events")


def _do(connection: Connection, statement: str) -> None:
    connection.exec_driver_sql(statement.replace("%", "%%"))
