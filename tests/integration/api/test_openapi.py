"""Hostile requests made from the OpenAPI document: documented answers only, never a 500."""

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from accounts.enums import Role
from accounts.models import RoleAssignment
from accounts.services import token_issue
from submissions.models import EditFailure, Job
from tests.factories.case import make_case, save
from tests.people import COUNTY

pytestmark = pytest.mark.django_db
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@schemathesis.serializer(XLSX)
def workbook_body(context, value):
    """Whatever is drawn goes out as the bytes of the body: never a workbook, always an answer."""
    raw = getattr(value, "data", value)
    return raw if isinstance(raw, bytes) else str(raw).encode(errors="replace")


@pytest.fixture
def world(cast, divisions):
    """A case with a finding, its unit, a job; and a person who may do nearly everything to them."""
    case = make_case(cast.enumerator)
    save(case, cast.enumerator, hours="9000", output="5000")
    for role in (Role.OFFICE, Role.ENUMERATOR, Role.REVIEWER):
        RoleAssignment.objects.create(user=cast.office, role=role, division=divisions[COUNTY])
    return {
        "cases": case.pk,
        "findings": EditFailure.objects.get(case=case, severity="soft").pk,
        "units": case.unit_id,
        "jobs": Job.objects.values_list("pk", flat=True).first() or 1,
    }


@pytest.fixture
def headers(cast):
    token, _row = token_issue(actor=cast.office)
    return {"Authorization": f"Bearer {token}"}


@pytest.fixture
def one_connection():
    """Requests run inside the test's transaction, so its connection stays open between them."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def schema(world, one_connection):
    """The OpenAPI document as the portal serves it."""
    return schemathesis.openapi.from_wsgi("/api/schema/?format=json", get_wsgi_application())


def known_parameters(operation, world):
    """Path parameters that lead to something, so that the request gets past the first door."""
    collection = operation.path.split("/")[3]
    names = [parameter.name for parameter in operation.path_parameters]
    return {name: world[collection] for name in names if collection in world}


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_every_request_gets_a_documented_answer(mode, schema, world, headers):
    failures = []
    for result in schema.get_all_operations():
        operation = result.ok()
        fixed = known_parameters(operation, world) or None
        try:
            requests = operation.as_strategy(mode, path_parameters=fixed)
            _send_all(requests, headers)
        except Unsatisfiable:
            continue  # nothing about this operation can be wrong
        except Exception as failure:
            failures.append(f"{operation.label}: {failure}")
    assert not failures, "\n\n".join(failures)


def _send_all(requests, headers):
    @settings(
        max_examples=8,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=requests)
    def send(case):
        # what a schema cannot say (this form has no such cell) is refused with 400, too
        excluded = [] if case.method == "GET" else [positive_data_acceptance]
        case.call_and_validate(headers=headers, excluded_checks=excluded)

    send()
