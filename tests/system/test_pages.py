"""Every page that the services serve, opened in a real browser that has nothing to complain about."""

import pytest
from playwright.sync_api import expect
from tests.system.browser import NAMES, program, visiting
from tests.system.manifests import SERVICES


@pytest.fixture
def visit(environment):
    executable = program()
    if executable is None:
        pytest.skip(f"no browser on this machine: install one of {', '.join(NAMES)}")
    with visiting(environment, executable) as visit:
        yield visit


@pytest.mark.parametrize("service", SERVICES)
def test_the_documentation_shows_every_call_without_a_complaint(visit, environment, anyone, service):
    visit.page.goto(f"{environment.origin(service)}/docs")
    document = anyone.get(service, "/openapi.json").json()
    calls = sum(len(operations.keys() - {"parameters"}) for operations in document["paths"].values())
    expect(visit.page.locator(".opblock-summary")).to_have_count(calls)
    assert "Unable to render" not in visit.page.inner_text("body")
    for call in visit.page.locator(".opblock-summary-control").all()[:5]:
        call.click()
    visit.page.wait_for_selector(".opblock-body")
    assert visit.complaints == []


def test_somebody_signs_in_on_the_documentation_and_tries_a_call(visit, environment, anna):
    visit.page.goto(f"{environment.origin('todos')}/docs")
    visit.page.fill("#sign-in input[name=email]", anna.email)
    visit.page.fill("#sign-in input[name=password]", anna.password)
    visit.page.click("#sign-in button")
    expect(visit.page.locator("#sign-in output")).to_contain_text("Signed in")
    call = visit.page.locator(".opblock-get", has_text="/v1/lists").first
    call.locator(".opblock-summary-control").click()
    call.locator(".try-out__btn").click()
    call.locator(".execute").click()
    expect(call.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    assert visit.complaints == []


def test_a_wrong_password_is_said_on_the_page(visit, environment, anna):
    visit.page.goto(f"{environment.origin('media')}/docs")
    visit.page.fill("#sign-in input[name=email]", anna.email)
    visit.page.fill("#sign-in input[name=password]", "not the password")
    visit.page.click("#sign-in button")
    expect(visit.page.locator("#sign-in output")).to_contain_text("password")
    assert "Signed in" not in visit.page.inner_text("#sign-in output")
