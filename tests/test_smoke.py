"""The promise in one test: a staged Twilio token does not get committed."""

from __future__ import annotations

from tests.conftest import Repo, Twilio


def test_a_staged_token_blocks_and_is_not_shown(repo: Repo, twilio: Twilio) -> None:
    repo.hook()
    repo.write("app.py", "print('hello')\n")
    repo.git("add", ".")
    clean = repo.run("git", "commit", "-m", "clean")
    assert (clean.returncode, "keystop" in clean.stdout + clean.stderr) == (0, False)
    repo.write("settings.py", twilio.lines)
    repo.git("add", ".")
    blocked = repo.run("git", "commit", "-m", "leak")
    assert blocked.returncode == 1
    assert "settings.py:2:22  critical  Twilio Auth Token" in blocked.stdout + blocked.stderr
    assert twilio.token not in blocked.stdout + blocked.stderr
    assert repo.git("log", "--format=%s") == "clean\n"
