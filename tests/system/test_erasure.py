"""Closing an account erases what every service holds on it."""

import pytest
from tests.system.expect import answer, eventually, problem
from tests.system.pictures import photograph
from tests.system.uploading import credentials, settled, storage, upload


def answers_nothing(client, service, path):
    """Say whether the account's still valid token finds nothing, or is refused."""
    response = client.get(service, path)
    if response.status_code == 401:
        problem(response, 401)
        return True
    return response.status_code == 200 and response.json()["items"] == []


@pytest.mark.timeout(180)
def test_a_closed_account_is_erased_everywhere(environment, anna, anyone):
    for number in range(5):
        anna.todo(f"Forget {number}")
    ready = settled(anna, upload(anna, photograph()))
    given = credentials(anna)
    s3 = storage(environment, given)
    s3.put_object(Bucket=given["bucket"], Key=given["prefix"] + "extra.bin", Body=b"x")
    urls = [ready["url"], *(described["url"] for described in ready["thumbnails"])]
    anna.close_account()
    eventually(lambda: answers_nothing(anna.client, "todos", "/v1/todos"), "the to-dos are erased")
    eventually(lambda: answers_nothing(anna.client, "media", "/v1/objects"), "the files are erased")
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
    eventually(lambda: answers_nothing(anna.client, "todos", "/v1/todos"), "Anna's to-dos are erased")
    assert ben.todos() == [kept]
    assert [found["id"] for found in ben.objects()] == [identifier]


def test_closing_twice_is_no_trouble(anna):
    anna.close_account()
    response = anna.client.delete("users", "/v1/me")
    assert response.status_code in {202, 401}
