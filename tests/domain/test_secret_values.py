import pytest

from guild_ipy.domain.secrets import is_secret, names_secret


@pytest.mark.parametrize(
    "text",
    [
        "ghp_0123456789",
        "glpat-abc",
        "pypi-AgEI",
        "hf_abc",
        "sk-ant-api03",
        "rk_live_0",
        "AIzaSyA",
        "AKIA0123456789",
        "nvapi-x",
        "gsk_x",
        "dop_v1_x",
        "eyJhbGciOi.eyJzdWIi.abc",
        "Bearer abc",
        "-----BEGIN OPENSSH PRIVATE KEY-----\nabc",
        "postgres://ada:lovelace@host/db",
        "https://0123abcd@host/repository.git",
        "ada:lovelace@proxy:3128",
        "https://hooks.slack.com/services/T0/B0/x",
        "jdbc:postgresql://db/x?user=ada&password=lovelace",
        "host=db user=ada password = 'lovelace'",
        "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=abc==",
        "Endpoint=sb://x/;SharedAccessKeyName=a;SharedAccessKey=abc",
        "https://a.blob.core.windows.net/c?sv=2020&sig=abc",
        "https://b.s3.amazonaws.com/k?X-Amz-Signature=abc",
        '{"client_secret": "abc"}',
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    ],
)
def test_secrets_are_known_by_their_shape(text):
    assert is_secret(text)
    assert is_secret(f"first\n{text}") or text.startswith("wJ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a=b",
        "https://host/path?page=2",
        "ssh://git@host/repository",
        "http://127.0.0.1:8080",
        "/opt/homebrew/bin:/opt/homebrew/opt/python@3.11/libexec",
        "/home/Ada1/miniconda3/envs/My_env_with_a_long_name/lib",
        "en_US.UTF-8",
        "ignore::DeprecationWarning",
        "GPU-8F2c1f3a-1234-1234-1234-123412341234",
        "expandable_segments:True",
        "task-force",
        "max_tokens: 5",
        "0123456789abcdef" * 2,
    ],
)
def test_other_texts_are_not_secret(text):
    assert not is_secret(text)


@pytest.mark.parametrize(
    "name", ["DB_PASS", "MYSQL_PWD", "github_token", "KAGGLE_KEY", "REDIS_AUTH", "SENTRY_DSN", "CREDS"]
)
def test_variables_of_secrets_are_known_by_their_names(name):
    assert names_secret(name)


@pytest.mark.parametrize(
    "name", ["PATH", "MONKEY", "COMPASS", "TOKENIZERS_PARALLELISM", "AUTHOR", "KEYBOARD", "PYTHONPATH"]
)
def test_names_that_only_contain_such_a_word_are_not_taken_for_secrets(name):
    assert not names_secret(name)


@pytest.mark.parametrize("text", ["_-" * 60000, ",a:" * 40000, "a://" * 30000, "-----BEGIN " * 10000, "A1a" * 40000])
def test_a_long_text_is_looked_at_once(text):
    assert is_secret(text) == text.startswith("A1a")
