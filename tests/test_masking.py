"""Secrets do not reach an output by themselves."""

from __future__ import annotations

from typing import Any

import pytest

from dockmagic.masking import masked


@pytest.mark.parametrize(
    "name",
    [
        "PASSWORD", "DB_PASSWORD", "PGPASSWORD", "MYSQL_ROOT_PASSWORD", "PASSWD", "DB_PASS", "PASSPHRASE", "REDIS_PWD",
        "SECRET", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "TOKEN", "GITHUB_TOKEN", "API_KEY", "APIKEY",
        "SSH_KEYS", "GOOGLE_CREDENTIALS", "AUTH", "PROXY_AUTH", "OAUTH", "DBPASS", "KEY2", "JWT", "SESSION_COOKIE",
        "PRIVATE_PEM", "secret", "apiKey", "Client-Secret", "CREDS", "AWS_CREDS", "registryCreds", "DB_CRED", "PAT",
        "GITHUB_PAT", "GH_PAT_2", "DBPWD", "DB_PWD_TEST",
    ],
)  # fmt: skip
def test_the_value_of_a_variable_that_looks_like_a_secret_is_masked(name: str) -> None:
    """By the name alone; the value may be anything, also with an = in it."""
    assert masked({"Config": {"Env": [f"{name}=hunter2=x\ny"]}}) == {"Config": {"Env": [f"{name}=********"]}}


@pytest.mark.parametrize(
    "text",
    [
        *("PATH=/usr/bin", "PWD=/srv", "AUTHOR=me", "PASSENGERS=3", "MONKEY=1", "TURKEY=1", "A=", "TOKEN="),
        *("PATTERN=x", "FILE_PATH=/x", "PATCH=1", "SPAT=1", "OLDPWD=/x", "SACRED=1", "CREDITS=3", "INCREDIBLE=1"),
        *(
            "here=$(pwd); pwd=$(pwd); cd /",
            "PWD=/srv;x",
            "echo password=$WORD",
            "the password: x",
            "echo passwordless=1;",
        ),
    ],
)
def test_other_variables_and_empty_ones_stay(text: str) -> None:
    """What is hidden without need is missed."""
    assert masked([text]) == [text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("https://me:hunter2@example.org/x.git", "https://me:********@example.org/x.git"),
        ("DATABASE_URL=postgres://u:p@db:5432/x", "DATABASE_URL=postgres://u:********@db:5432/x"),
        ("postgres://u:p@hunter2@db", "postgres://u:********@db"),
        ("redis://:hunter2@cache", "redis://:********@cache"),
        ("https://example.org:8080/a@b", "https://example.org:8080/a@b"),
        ("git clone https://a:b@c and https://d:e@f", "git clone https://a:********@c and https://d:********@f"),
    ],
)
def test_a_password_within_a_url_is_masked_wherever_it_stands(text: str, shown: str) -> None:
    """In labels and commands too; who it belongs to may be read."""
    assert masked({"Labels": {"x": text}, "Cmd": [text]}) == {"Labels": {"x": shown}, "Cmd": [shown]}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Server=db;User Id=sa;Password=hunter2;Database=x", "Server=db;User Id=sa;Password=********;Database=x"),
        ("DSN=Server=db;Uid=sa;Pwd=hunter2", "DSN=Server=db;Uid=sa;Pwd=********"),
        ("DSN=pwd=hunter2;Server=db", "DSN=pwd=********;Server=db"),
        ("Server=db; password = 'hunter 2'; x=1", "Server=db; password = ********; x=1"),
        ("DSN=host=db password=hunter2 dbname=x", "DSN=host=db password=******** dbname=x"),
        (
            "jdbc:postgresql://db/x?user=u&password=hunter2&ssl=true",
            "jdbc:postgresql://db/x?user=u&password=********&ssl=true",
        ),
        ("mysql --user=u --password=hunter2 x", "mysql --user=u --password=******** x"),
    ],
)
def test_a_password_within_a_string_that_says_how_to_connect_is_masked(text: str, shown: str) -> None:
    """ODBC's, libpq's and JDBC's, whatever the variable is called."""
    assert masked({"Labels": {"x": text}, "Env": [text]}) == {"Labels": {"x": shown}, "Env": [shown]}


@pytest.mark.parametrize("value", [None, 1, 1.5, True, "text", [], {}, [1, None], {"a": {"b": [{"c": 1}]}}])
def test_everything_else_is_the_same(value: Any) -> None:
    """And what was given is not changed itself."""
    assert masked(value) == value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"password": "x", "username": "u"}, {"password": "********", "username": "u"}),
        (
            {"JoinTokens": {"Worker": "a", "Manager": "b"}},
            {"JoinTokens": {"Worker": "********", "Manager": "********"}},
        ),
        ({"UnlockKey": "SWMKEY-1-x"}, {"UnlockKey": "********"}),
        ({"Labels": {"DB_PASSWORD": "x", "a": "b"}}, {"Labels": {"DB_PASSWORD": "********", "a": "b"}}),
        ({"SandboxKey": "/run/netns/1", "Token": ""}, {"SandboxKey": "/run/netns/1", "Token": ""}),
        ({"Args": ["--password=x", "--port=1"]}, {"Args": ["--password=********", "--port=1"]}),
    ],
)
def test_members_and_arguments_that_look_like_secrets_are_masked(value: Any, shown: Any) -> None:
    """Join tokens of a swarm, credentials in a body, labels, flags of a command."""
    assert masked(value) == shown


def test_what_was_given_is_not_changed() -> None:
    """A masked copy is made."""
    given = {"Env": ["TOKEN=x"]}
    masked(given)
    assert given == {"Env": ["TOKEN=x"]}
