"""Inside Django: cases that wait for a county's reviewer, then decided. Run by `bulk_sign_off.py`.

Synthetic, for measuring only.
"""

from __future__ import annotations

import datetime as dt
import time

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse

from accounts.enums import Level, Role
from accounts.models import RoleAssignment, User
from accounts.services.signing_keys import signing_key_make
from instruments.models import Instrument, InstrumentVersion
from registry.models import Division
from review.bulk import bulk_preview
from review.bulk_reviewing import bulk_review_job, ready_keep
from review.models import ReviewDecision
from review.selectors import QueueFilter
from submissions.enums import JobKind
from submissions.jobs import job_start
from submissions.models import Job
from submissions.services import exercise_create

COUNTY = "330106000000"
BY_PAGE = 200  # decided one by one beforehand, for the ratio
UNITS = """
INSERT INTO registry_unit (code, credit_code, site_suffix, organisation_code, object_code, name,
  former_name, kind, status, division_code, address, industry_codes, legal_person, contact_name,
  contact_phone, source, registered_at, registered_by_id)
SELECT 'G' || lpad(n::text, 17, '0'), '', '', '', 'G' || lpad(n::text, 17, '0'), '第' || n || '厂',
  '', 'industrial', 'operating', t.code, '', ARRAY['1752'], '', '', '', 'frame', now(), %(actor)s
FROM generate_series(0, %(cases)s - 1) n
JOIN (SELECT code, row_number() OVER (ORDER BY code) - 1 AS place, count(*) OVER () AS towns
      FROM registry_division WHERE level = 4 AND code LIKE '330106%%') t ON t.place = n %% t.towns
"""
CASES = """
INSERT INTO submissions_case (exercise_id, unit_id, instrument_version_id, form_code, division_code,
  status, review_level, owed_reason, is_owed, opened_at, status_changed_at, submitted_at,
  submitted_by_id, hard_count, soft_open_count, filled_count, required_count,
  required_missing_count, updated_at)
SELECT %(exercise)s, u.id, %(version)s, 'B1', u.division_code, 'under_review', 'county', '{}', true,
  now(), now(), now() - u.id * interval '1 second', %(actor)s, 0, 0, 0, 0, 0, now()
FROM registry_unit u
"""
SUBMISSIONS = """
INSERT INTO submissions_submission (case_id, number, instrument_version_id, response_version,
  document, explanations, waivers, revision_hash, hash, receipt_code, submitted_at, submitted_by_id)
SELECT id, 1, %(version)s, 1, '{}', '[]', '[]', '', repeat('0', 64), 'B1-' || id, submitted_at,
  %(actor)s FROM submissions_case
"""


def main(cases: int) -> None:
    """Fill, decide some by the page and the rest by the job, print both."""
    filler = User.objects.create(username="filler", full_name="填", division_code=COUNTY)
    reviewer = User.objects.create(username="reviewer", full_name="审", division_code=COUNTY)
    county = Division.objects.current().get(code=COUNTY)
    RoleAssignment.objects.create(user=reviewer, role=Role.REVIEWER, division=county)
    _fill(cases + BY_PAGE, filler)
    settings.ALLOWED_HOSTS = ["testserver"]
    each = _by_page(reviewer)
    signer = signing_key_make(actor=reviewer, passphrase="for-measuring-only")  # noqa: S106
    begun = time.perf_counter()
    preview = bulk_preview(actor=reviewer, narrowed=QueueFilter())
    took = time.perf_counter() - begun
    print(f"preview of {len(preview.ready):,} cases {took * 1000:,.0f} ms")
    settings.CELERY_TASK_ALWAYS_EAGER = False
    job = job_start(
        kind=JobKind.BULK_REVIEW,
        parameters={
            "list": ready_keep(preview, actor=reviewer, signer=signer),
            "token": preview.token,
        },
        actor=reviewer,
        division_code=COUNTY,
    )
    Job.objects.filter(pk=job.pk).update(state="queued", error="")
    before = ReviewDecision.objects.count()
    begun = time.perf_counter()
    bulk_review_job(job.pk)
    took = time.perf_counter() - begun
    done = ReviewDecision.objects.count() - before
    print(
        f"bulk sign-off {done:,} signed decisions {took:,.1f} s, {done / took:,.0f} a second; "
        f"ratio to one page each {each / (took / done):.1f}"
    )


def _fill(cases: int, filler: User) -> None:
    exercise = exercise_create(
        actor=None,
        code="bench",
        name="性能测量",
        standard_time=dt.datetime(2017, 12, 31, 15, 59, 59, tzinfo=dt.UTC),
        levels=tuple(Level),
    )
    series = Instrument.objects.create(code="B1", title="乙表", title_en="B", sequence=1)
    version = InstrumentVersion.objects.create(
        instrument=series, number=1, definition={"code": "B1"}, content_hash="0" * 64
    )
    given = {"actor": filler.pk, "cases": cases, "exercise": exercise.pk, "version": version.pk}
    with connection.cursor() as cursor:
        for statement in (UNITS, CASES, SUBMISSIONS, "VACUUM ANALYZE"):
            cursor.execute(statement, given)


def _by_page(reviewer: User) -> float:
    """Seconds of one decision posted from its page, without drawing the next page."""
    client = Client()
    client.force_login(reviewer, backend="accounts.backends.PasswordBackend")
    ready = bulk_preview(actor=reviewer, narrowed=QueueFilter()).ready[:BY_PAGE]
    begun = time.perf_counter()
    for one in ready:
        client.post(reverse("case_approve", args=[one.case]), {"submission": one.submission})
    took = (time.perf_counter() - begun) / len(ready)
    print(f"one page each {len(ready)} decisions, {took * 1000:,.1f} ms each")
    return took
