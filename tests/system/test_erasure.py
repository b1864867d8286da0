"""Closing an account erases what every service holds on it."""

import pytest
from tests.system.documents import PRIVATE, PRIVATE_READS
from tests.system.expect import answer, eventually, problem
from tests.system.pictures import photograph
from tests.system.uploading import credentials, settled, storage, upload


def is_refused(client, service, path):
    """Say whether the account's still valid token is refused."""
    return client.get(service, path).status_code == 401


def test_every_call_with_a_token_that_outlives_its_account_is_refused_alike(anna):
    anna.todo("Forget me")
    anna.client.get("todos", "/v1/todos")
    anna.close_account()
    for service, read in PRIVATE_READS.items():
        eventually(lambda one=read: is_refused(anna.client, one.service, one.path), f"{service} knows")
    for one in PRIVATE:
        problem(anna.client.call(one.method, one.service, one.path, json=one.body), 401)


@pytest.mark.timeout(900)
def test_a_closed_account_is_erased_everywhere(environment, anna, anyone):
    for number in range(5):
        anna.todo(f"Forget {number}")
    ready = settled(anna, upload(anna, photograph()))
    given = credentials(anna)
    s3 = storage(environment, given)
    s3.put_object(Bucket=given["bucket"], Key=given["prefix"] + "extra.bin", Body=b"x")
    urls = [ready["url"], *(described["url"] for described in ready["thumbnails"])]
    anna.close_account()
    eventually(lambda: is_refused(anna.client, "todos", "/v1/todos"), "the to-dos are erased")
    eventually(lambda: is_refused(anna.client, "media", "/v1/objects"), "the files are erased")
    eventually(
        lambda: {anyone.fetch(url).status_code for url in urls} <= {403, 404}, "the addresses stop working"
    )
    place = {"Bucket": given["bucket"], "Prefix": given["prefix"]}
    eventually(lambda: "Contents" not in s3.list_objects_v2(**place), "the folder is empty")


def test_no_recorded_answer_outlives_its_account(anna):
    headers, body = {"Idempotency-Key": "kept-until-the-end"}, {"title": "Forget me"}
    first = anna.client.post("todos", "/v1/todos", body, headers=headers)
    assert answer(first, 201) == answer(anna.client.post("todos", "/v1/todos", body, headers=headers), 201)
    anna.close_account()
    eventually(
        lambda: anna.client.post("todos", "/v1/todos", body, headers=headers).status_code == 401,
        "the recorded answer is erased",
    )


def test_closing_one_account_leaves_another_alone(anna, ben):
    kept = ben.todo("Keep me")
    identifier = upload(ben, photograph())
    settled(ben, identifier)
    anna.todo("Forget me")
    anna.close_account()
    eventually(lambda: is_refused(anna.client, "todos", "/v1/todos"), "Anna's to-dos are erased")
    assert ben.todos() == [kept]
    assert [found["id"] for found in ben.objects()] == [identifier]


def test_closing_twice_is_no_trouble(anna):
    anna.close_account()
    response = anna.client.delete("users", "/v1/me")
    assert response.status_code in {202, 401}
