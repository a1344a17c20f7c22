import pytest

from guild_ipy.domain.secrets import is_private_key, names_secret_file, names_secret_folder

SECRET = """
.env .env.local .envrc prod.env .netrc _netrc .pypirc .npmrc .pgpass .git-credentials server.pem tls.KEY cert.p12
id_rsa id_ed25519 id_rsa.bak id_deploy id_rsa.pub credentials Credentials.csv credentials.json aws_credentials.ini
secrets.toml secrets.py client_secret_12-a.apps.json token.json .token password.txt api_key.txt service_account.json
"""
ORDINARY = """
train.py id_map.csv id_utils.py environment.yml env.py keys.py monkey.py keyboard.txt tokenizer.json tokens.txt
secret_santa.py .config.toml .gitignore requirements.txt data.csv pem.txt turkey
"""


@pytest.mark.parametrize("name", SECRET.split())
def test_files_that_hold_secrets_are_known_by_their_names(name):
    assert names_secret_file(name)


@pytest.mark.parametrize("name", ORDINARY.split())
def test_ordinary_files_are_not_taken_for_secrets(name):
    assert not names_secret_file(name)


def test_folders_of_tools_with_secrets_are_known():
    assert [name for name in (".aws", ".ssh", ".Kube", "ssh", "data", ".github") if names_secret_folder(name)] == [
        ".aws",
        ".ssh",
        ".Kube",
    ]


@pytest.mark.parametrize("kind", [b"RSA ", b"OPENSSH ", b"EC ", b""])
def test_a_private_key_is_known_whatever_its_name(kind):
    assert is_private_key(b"\n-----BEGIN " + kind + b"PRIVATE KEY-----\nMII")
    assert not is_private_key(b"text = '''-----BEGIN " + kind + b"PRIVATE KEY-----'''")
