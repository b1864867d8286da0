"""The whole demonstration, step by step."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from slipway.demo import exports, files, people, todos
from slipway.demo.client import Api, NothingRuns, Wrong, until
from slipway.demo.people import Person
from slipway.demo.stage import Stage


def run(
    stage: Stage, anyone: Api, folder: Path, *, keep: bool, connect: files.Connect = files.connect
) -> Person:
    """Do everything a person does with the suite; return that person.

    Thumbnails are saved in `folder`. The accounts are closed in the end, also when a step was
    wrong; with `keep` the person's stays. Raises Wrong, and NothingRuns when there is no suite.
    """
    anyone.call("GET", "users", "/livez")
    made: list[Person] = []
    try:
        anna, urls = _tell(stage, anyone, folder, made, connect)
        made.remove(anna)
        if not keep:
            _close(stage, anna, urls)
    except (ClientError, BotoCoreError) as error:
        raise Wrong(f"S3: {error}") from error
    finally:
        _tidy(made)
    return anna


def _tell(
    stage: Stage, anyone: Api, folder: Path, made: list[Person], connect: files.Connect
) -> tuple[Person, list[str]]:
    with stage.step("Sign up") as step:
        account = people.sign_up(anyone, "Anna")
        step.say(f"{account[1]}, account {account[0]}")
    with stage.step("Sign in") as step:
        anna, seconds = people.sign_in(anyone, "Anna", account)
        made.append(anna)
        step.say(f"an access token for {seconds} s and a refresh token")
    todos.run(stage, anna)
    urls = files.run(stage, anna, folder)
    files.put_by_oneself(stage, anna, connect)
    with stage.step("Ben signs up, and has a folder too"):
        ben, _ = people.sign_in(anyone, "Ben", people.sign_up(anyone, "Ben"))
        made.append(ben)
    files.try_anothers_folder(stage, anna, ben, connect)
    return anna, [*urls, exports.run(stage, anna)]


def _close(stage: Stage, anna: Person, urls: list[str]) -> None:
    with stage.step("Delete the account") as step:
        people.close(anna)
        anna.api.call("GET", "users", "/v1/me", expect=401)
        step.say("202; the account's own token now gets 401")
    with stage.step("Everything of it is erased") as step:
        people.await_erasure(anna)
        until(lambda: _are_gone(anna, urls), "the files' addresses stop working")
        step.say("no to-do and no file is left; the addresses of thumbnails and archive lead to nothing")


def _are_gone(anna: Person, urls: list[str]) -> bool:
    return all(anna.api.fetch(url).status_code in {403, 404} for url in urls)


def _tidy(made: list[Person]) -> None:
    """Close what is still open; what went wrong before is more interesting than what goes wrong here."""
    for person in made:
        with suppress(Wrong, NothingRuns):
            people.close(person)
