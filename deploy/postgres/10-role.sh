#!/bin/sh
# Runs once, when the database folder is made: the portal's own role owns its database and is
# neither superuser nor exempt from row-level security.
set -eu
psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname postgres \
    --set password="$PORTAL_DB_PASSWORD" <<'SQL'
CREATE ROLE portal LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE portal OWNER portal;
ALTER ROLE portal SET idle_in_transaction_session_timeout = '60s';
SQL
