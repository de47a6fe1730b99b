# ruff: noqa: INP001, S108  read by path; /dev/shm is memory
"""gunicorn behind the reverse proxy."""

import os

bind = "0.0.0.0:8000"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "4"))  # about the number of processors
threads = 8
graceful_timeout = 20
max_requests = 20_000  # a slow leak never grows old
max_requests_jitter = 2_000
worker_tmp_dir = "/dev/shm"  # a busy disk must not look like a dead worker
control_socket_disable = True
forwarded_allow_ips = "*"  # only the proxy reaches this port
accesslog = "-"
access_log_format = '%(h)s %({x-forwarded-for}i)s "%(r)s" %(s)s %(b)s %(M)sms'
