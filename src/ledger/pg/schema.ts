/**
 * The ledger's tables in PostgreSQL, and who may do what with them.
 *
 * INVARIANT: the server's role inserts and reads, and nothing else. Where the ledger ends is written by the trigger of
 * the insert alone, which computes the tree itself: rows that do not continue it are refused, whoever inserts them. A
 * server's rows are refused too that are no JSON, or whose time is none, or is not there yet: every later event would have it.
 * SECURITY: each function with its owner's rights has a fixed search path, names every table whole, and is taken from
 * PUBLIC again each time that it is made.
 * Limit: what is kept beside the events is written as the server says (`keep`); `audit verify` compares it with them.
 */

/** Another one is refused by older versions. A minor one adds what they can do without. */
export const FORMAT = { major: 1, minor: 0 } as const;
export const ROLES = {
  server: 'countersign_server',
  executor: 'countersign_executor',
  reader: 'countersign_reader',
} as const;
export const CHANNEL = 'countersign_ledger';

const TABLES = `
CREATE SCHEMA IF NOT EXISTS countersign;
CREATE TABLE IF NOT EXISTS countersign.ledger (
  id integer PRIMARY KEY CHECK (id = 1), origin text NOT NULL, major integer NOT NULL, minor integer NOT NULL,
  kept integer NOT NULL, secret text
);
CREATE TABLE IF NOT EXISTS countersign.head (
  id integer PRIMARY KEY CHECK (id = 1), size bigint NOT NULL, peaks bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS countersign.events (
  seq bigint PRIMARY KEY, at text COLLATE "C" NOT NULL, kind text COLLATE "C" NOT NULL,
  change_id text COLLATE "C", plan_id text COLLATE "C", bytes bytea NOT NULL, leaf bytea NOT NULL, peaks bytea NOT NULL
);
CREATE TABLE IF NOT EXISTS countersign.documents (digest text COLLATE "C" PRIMARY KEY, bytes bytea NOT NULL);
CREATE TABLE IF NOT EXISTS countersign.claims (name text COLLATE "C" PRIMARY KEY, at text NOT NULL);
CREATE TABLE IF NOT EXISTS countersign.tags (
  tag text COLLATE "C" NOT NULL, at text COLLATE "C" NOT NULL, seq bigint NOT NULL, PRIMARY KEY (tag, at, seq)
);
CREATE TABLE IF NOT EXISTS countersign.standings (
  subject text COLLATE "C" PRIMARY KEY, state text COLLATE "C" NOT NULL, until text COLLATE "C" NOT NULL,
  seq bigint NOT NULL
);
`;

const NOT_A_TOOL_CALL = "kind NOT LIKE 'tool.%'";
const INDICES = `
CREATE INDEX IF NOT EXISTS events_change_kind ON countersign.events (change_id, kind) WHERE change_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_plan_kind ON countersign.events (plan_id, kind) WHERE plan_id IS NOT NULL;
CREATE INDEX IF NOT EXISTS events_kind_seq ON countersign.events (kind, seq) WHERE ${NOT_A_TOOL_CALL};
CREATE INDEX IF NOT EXISTS events_kind_at ON countersign.events (kind, at) WHERE ${NOT_A_TOOL_CALL};
CREATE INDEX IF NOT EXISTS tags_seq ON countersign.tags (seq);
CREATE INDEX IF NOT EXISTS standings_seq ON countersign.standings (state, seq);
CREATE INDEX IF NOT EXISTS standings_until ON countersign.standings (state, until);
`;

/** More than a server's clock may be off: it reckons with the clock of the database. */
const AHEAD_MINUTES = 5;

/** RFC 6962 over the new rows, as `merkle.ts` computes it; the last 32 bytes of `tree` are its smallest peak. */
const APPENDED = `
CREATE OR REPLACE FUNCTION countersign.appended() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
DECLARE
  newest bigint; tree bytea; part bytea; rest bigint; one record; latest text;
BEGIN
  SELECT size, peaks INTO STRICT newest, tree FROM countersign.head WHERE id = 1 FOR UPDATE;
  SELECT at INTO latest FROM countersign.events WHERE seq = newest;
  FOR one IN SELECT seq, at, bytes, leaf, peaks FROM inserted ORDER BY seq LOOP
    IF one.seq <> newest + 1 THEN
      RAISE EXCEPTION 'event % does not follow event %', one.seq, newest USING ERRCODE = 'CS001';
    END IF;
    part := sha256(decode('00', 'hex') || one.bytes);
    IF part <> one.leaf THEN
      RAISE EXCEPTION 'event % is not what its leaf says', one.seq USING ERRCODE = 'CS001';
    END IF;
    IF session_user <> current_user THEN
      PERFORM convert_from(one.bytes, 'UTF8')::json;
      IF NOT starts_with(convert_from(one.bytes, 'UTF8'), '{"at":"' || one.at || '","body":') THEN
        RAISE EXCEPTION 'event % is none', one.seq USING ERRCODE = 'CS001';
      END IF;
      IF one.at !~ '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' OR (one.at IS DISTINCT FROM latest
        AND one.at::timestamptz > clock_timestamp() + interval '${AHEAD_MINUTES} minutes') THEN
        RAISE EXCEPTION 'event % is not of this time', one.seq USING ERRCODE = 'CS001';
      END IF;
    END IF;
    rest := newest;
    WHILE rest % 2 = 1 LOOP
      part := sha256(decode('01', 'hex') || substring(tree FROM length(tree) - 31) || part);
      tree := substring(tree FROM 1 FOR length(tree) - 32);
      rest := rest / 2;
    END LOOP;
    tree := tree || part;
    newest := one.seq;
    latest := one.at;
    IF tree <> one.peaks THEN
      RAISE EXCEPTION 'event % does not continue the tree', one.seq USING ERRCODE = 'CS001';
    END IF;
  END LOOP;
  UPDATE countersign.head SET size = newest, peaks = tree WHERE id = 1;
  PERFORM pg_notify('${CHANNEL}', newest::text);
  RETURN NULL;
END $function$;
CREATE OR REPLACE TRIGGER appended AFTER INSERT ON countersign.events
  REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT EXECUTE FUNCTION countersign.appended();
`;

/** `locked_head`: whoever appends waits here for its turn, and is told the format as it is then. `keep`: what an event leaves, each with the same number. */
const FUNCTIONS = `
CREATE OR REPLACE FUNCTION countersign.locked_head(
  OUT size bigint, OUT peaks bytea, OUT major integer, OUT minor integer, OUT kept integer
)
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  SELECT head.size, head.peaks, ledger.major, ledger.minor, ledger.kept
  FROM countersign.head JOIN countersign.ledger USING (id) WHERE id = 1 FOR UPDATE OF head
$function$;
CREATE OR REPLACE FUNCTION countersign.keep(
  tags text[], ats text[], seqs bigint[], subjects text[], states text[], untils text[], begun bigint[]
) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  INSERT INTO countersign.tags SELECT * FROM unnest(tags, ats, seqs) ON CONFLICT DO NOTHING;
  INSERT INTO countersign.standings SELECT * FROM unnest(subjects, states, untils, begun)
    ON CONFLICT (subject) DO UPDATE SET state = excluded.state, until = excluded.until;
$function$;
CREATE OR REPLACE FUNCTION countersign.bound_to(given text) RETURNS text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $function$
  UPDATE countersign.ledger SET secret = given WHERE id = 1 AND secret IS NULL;
  SELECT secret FROM countersign.ledger WHERE id = 1;
$function$;
`;
const OWN_FUNCTIONS = [
  'appended()',
  'locked_head()',
  'keep(text[], text[], bigint[], text[], text[], text[], bigint[])',
  'bound_to(text)',
].map((one) => `countersign.${one}`);

const WRITERS = `${ROLES.server}, ${ROLES.executor}`;
const RIGHTS = `
DO $do$
DECLARE one text;
BEGIN
  FOREACH one IN ARRAY ARRAY['${Object.values(ROLES).join("', '")}'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = one) THEN EXECUTE format('CREATE ROLE %I NOLOGIN', one); END IF;
  END LOOP;
END $do$;
REVOKE ALL ON SCHEMA countersign FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA countersign FROM PUBLIC, ${WRITERS}, ${ROLES.reader};
REVOKE ALL ON FUNCTION ${OWN_FUNCTIONS.join(', ')} FROM PUBLIC;
GRANT USAGE ON SCHEMA countersign TO ${WRITERS}, ${ROLES.reader};
GRANT SELECT ON ALL TABLES IN SCHEMA countersign TO ${WRITERS}, ${ROLES.reader};
GRANT INSERT ON countersign.events, countersign.documents, countersign.claims TO ${WRITERS};
GRANT EXECUTE ON FUNCTION ${OWN_FUNCTIONS.filter((one) => !one.startsWith('countersign.appended')).join(', ')} TO ${WRITERS};
`;

/** All of it, each part as often as one likes; inside of one transaction. */
export const SCHEMA = [TABLES, INDICES, APPENDED, FUNCTIONS, RIGHTS].join('\n');
