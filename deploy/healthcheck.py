# ruff: noqa: INP001  read by path
"""Asks the web server in this container whether it lives (exit code 0) or not."""

import http.client
import os
import sys

host = os.environ["PORTAL_ALLOWED_HOSTS"].split(",")[0].lstrip(".")
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
connection.request("GET", sys.argv[1] if len(sys.argv) > 1 else "/healthz", headers={"Host": host})
sys.exit(connection.getresponse().status != 200)
