#!/bin/sh
# The password comes from the environment and stays in memory (/run/pgbouncer is a tmpfs).
set -eu
umask 077
escaped=$(printf %s "$PORTAL_DB_PASSWORD" | sed 's/"/""/g')
printf '"portal" "%s"\n' "$escaped" >/run/pgbouncer/users.txt
exec pgbouncer /etc/pgbouncer/portal.ini
