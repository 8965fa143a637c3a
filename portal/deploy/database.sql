-- Two users of PostgreSQL: one owns the tables and upgrades them, the other does the daily work and
-- can neither change a table nor rewrite the audit log. Run it as the server's administrator:
--
--   psql -v owner_password=… -v password=… -f portal/deploy/database.sql
--
-- then `manage.py migrate` as the owner, then this file once more for what it says at its end.

SELECT format('CREATE ROLE %I', name)
  FROM unnest(ARRAY['rosterdesk', 'rosterdesk_owner']) AS name
 WHERE name NOT IN (SELECT rolname FROM pg_roles)
\gexec
ALTER ROLE rosterdesk_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE rosterdesk LOGIN PASSWORD :'password';

SELECT 'CREATE DATABASE rosterdesk OWNER rosterdesk_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'rosterdesk')
\gexec
REVOKE ALL ON DATABASE rosterdesk FROM PUBLIC;
-- Imports stage their rows in temporary tables.
GRANT CONNECT, TEMPORARY ON DATABASE rosterdesk TO rosterdesk;

\connect rosterdesk
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT ALL ON SCHEMA public TO rosterdesk_owner;
GRANT USAGE ON SCHEMA public TO rosterdesk;
ALTER DEFAULT PRIVILEGES FOR ROLE rosterdesk_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rosterdesk;
ALTER DEFAULT PRIVILEGES FOR ROLE rosterdesk_owner IN SCHEMA public
    GRANT USAGE, SELECT ON SEQUENCES TO rosterdesk;

SELECT current_setting('server_version_num')::integer >= 170000 AS maintains \gset
\if :maintains
    -- After a large import the planner has to hear of it; before 17 only an owner could tell it.
    ALTER DEFAULT PRIVILEGES FOR ROLE rosterdesk_owner IN SCHEMA public
        GRANT MAINTAIN ON TABLES TO rosterdesk;
\endif

-- Nobody rewrites the past.
SELECT format('REVOKE UPDATE, DELETE, TRUNCATE ON %I FROM rosterdesk', name)
  FROM unnest(ARRAY['roster_auditentry', 'django_migrations']) AS name
 WHERE to_regclass(name) IS NOT NULL
\gexec
