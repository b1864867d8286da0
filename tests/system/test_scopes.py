"""What an operator lets an account do stands in the tokens that are issued from then on."""

from concurrent.futures import ThreadPoolExecutor

import jwt
from tests.system.expect import answer


def scopes_after_refresh(account):
    """Return the scopes of the account's next access token."""
    body = {"refresh_token": account.session["refresh_token"]}
    account.session = answer(account.client.as_(None).post("users", "/v1/sessions/refresh", body))
    return jwt.decode(account.session["access_token"], options={"verify_signature": False})["scope"].split()


def test_scopes_are_granted_and_taken_away_by_the_operator(anna, operator):
    assert "pages:write" not in scopes_after_refresh(anna)
    done = operator("grant", anna.email.upper(), "pages:write", "releases:write")
    assert done.returncode == 0, done.stderr
    assert {"pages:write", "releases:write"} <= set(scopes_after_refresh(anna))
    assert operator("revoke", anna.email, "pages:write", "releases:write").returncode == 0
    assert not {"pages:write", "releases:write"} & set(scopes_after_refresh(anna))


def test_two_operators_at_once_change_what_each_of_them_names(anna, ben, operator):
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda one: operator("grant", one.email, "pages:write"), (anna, ben)))
    assert [one.returncode for one in done] == [0, 0], done
    assert all("pages:write" in scopes_after_refresh(one) for one in (anna, ben))


def test_an_address_without_an_account_is_refused(operator):
    done = operator("grant", "nobody@example.com", "pages:write")
    assert done.returncode == 1
    assert "no account has this e-mail address" in done.stderr
