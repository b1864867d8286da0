"""The stores that every adapter's tests rely on are real ones."""

from collections.abc import Iterator
from typing import Any

import psycopg2
import pytest
import redis
from botocore.exceptions import ClientError

from slipway.testing.aws import EmulatedAws
from slipway.testing.backing import Backing

_OWNER = "SELECT pg_get_userbyid(datdba), current_user FROM pg_database WHERE datname = current_database()"


def test_a_test_gets_a_database_that_it_owns(postgres_url: str) -> None:
    with psycopg2.connect(postgres_url) as connection, connection.cursor() as cursor:
        cursor.execute(_OWNER)
        owner, user = cursor.fetchone() or ("", "")
        assert owner == user
        cursor.execute("CREATE TEMPORARY TABLE notes (body text)")


def test_a_test_gets_a_redis_database_that_keeps_what_it_writes(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.set("greeting", "hello")
        assert client.get("greeting") == b"hello"


@pytest.fixture
def cache_of_todos(backing: Backing) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(backing.redis_urls["todos"]) as client:
        yield client


def test_a_service_keeps_what_begins_with_its_name(cache_of_todos: redis.Redis) -> None:
    assert cache_of_todos.set("todos:greeting", "hello", ex=60)
    assert cache_of_todos.eval("return redis.call('GET', KEYS[1])", 1, "todos:greeting") == b"hello"


@pytest.mark.parametrize(
    "command",
    [
        ("GET", "users:secret"),
        ("SET", "users:secret", "x"),
        ("EVAL", "return redis.call('GET', 'users:' .. ARGV[1])", 0, "secret"),
        ("EVAL", "return redis.call('KEYS', '*')", 0),
        ("KEYS", "*"),
        ("FLUSHALL",),
        ("FLUSHDB",),
        ("CONFIG", "GET", "*"),
        ("ACL", "LIST"),
        ("CLIENT", "KILL", "ID", "1"),
        ("SHUTDOWN",),
        ("FUNCTION", "FLUSH"),
        ("PUBLISH", "users", "x"),
    ],
    ids=lambda command: " ".join(map(str, command[:2])),
)
def test_a_service_is_refused_what_is_not_its_own_in_the_cache(
    cache_of_todos: redis.Redis, command: tuple[str, ...]
) -> None:
    with pytest.raises(redis.exceptions.ResponseError, match=r"(?i)permission|NOPERM|ACL"):
        cache_of_todos.execute_command(*command)


def test_root_sees_the_resources_that_the_manifests_name(aws: EmulatedAws) -> None:
    table = aws.environment("todos")["TODOS_TABLE"]
    assert aws.client("dynamodb").describe_table(TableName=table)["Table"]["TableStatus"] == "ACTIVE"


def test_a_service_may_use_its_own_table(aws: EmulatedAws) -> None:
    table = aws.environment("todos")["TODOS_TABLE"]
    item = {"pk": {"S": "someone"}, "sk": {"S": "something"}}
    dynamodb = aws.service_client("todos", "dynamodb")
    dynamodb.put_item(TableName=table, Item=item)
    assert dynamodb.get_item(TableName=table, Key=item)["Item"] == item


def test_a_service_is_refused_another_services_table(aws: EmulatedAws) -> None:
    table = aws.environment("todos")["TODOS_TABLE"]
    dynamodb: Any = aws.service_client("media", "dynamodb")
    with pytest.raises(ClientError, match="AccessDenied"):
        dynamodb.get_item(TableName=table, Key={"pk": {"S": "someone"}, "sk": {"S": "something"}})
