"""All of a history: every version once, and where what is found stands."""

from __future__ import annotations

import base64
import json
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keystop.bulk import _parts
from keystop.check import Judge
from keystop.finding import Finding
from keystop.fingerprint import Fingerprints
from keystop.git import Repository
from keystop.hunk import whole_file
from keystop.records import Record
from keystop.scan import Receipt, Scanner
from keystop.sources.history import Versions, sizes, versions
from keystop.successive import Successive
from tests.conftest import Repo, Twilio
from tests.test_staged import commit, secret

PATH = b"src/app.py"
KEY = b"k" * 32
KNOWN = Path(".git", "keystop", "known")


def scanner(judge: Judge, whole: Callable[[], bytes | None]) -> Scanner:
    return Scanner(
        (judge.engine,), Fingerprints(slow=False).of, lambda _: whole(), honoured=tuple, key=KEY
    )


def whole_scanner(judge: Judge, content: bytes) -> Scanner:
    return scanner(judge, lambda: content)


def seen(finding: Finding) -> tuple[Any, ...]:
    """All that matters of a finding."""
    partner = finding.partner
    return (
        finding.detector, finding.line, finding.column, finding.end_line, finding.end_column,
        finding.severity, finding.confidence, finding.identity, finding.excerpt.text,
        None if partner is None else (partner.detector, partner.line, partner.column),
    )  # fmt: skip


@pytest.fixture(scope="session")
def pieces(judge: Judge) -> list[bytes]:
    """Lines of which versions are made: secrets, halves of them, what tells whose they are."""
    random = Random(7)
    records = {record.id: record for record in judge.records}
    made = [
        judge.generator.text(records[name], records[name].examples[0])[0].encode()
        for name in (
            "github.personal-access-token", "twilio.account-sid", "twilio.auth-token",
            "aws.access-key-id", "aws.secret-access-key", "private-key.rsa", "slack.webhook-url",
            "discord.bot-token", "generic.secret", "razorpay.key-secret",
        )
    ]  # fmt: skip
    account = Twilio(random)
    made += [
        f'AUTH_TOKEN = "{account.token}"'.encode(),
        f'"{account.token}",'.encode(),
        f'SID = "{account.sid}"'.encode(),
        b"# twilio", b"import boto3  # aws", b"x = 1", b"", b"def f(a, b):", b"    return a + b",
        b'password = "', b"user = 'bob'", b"-----BEGIN RSA PRIVATE KEY-----", b"x" * 6000,
    ]  # fmt: skip
    hidden = b"\n".join([b"words and more words %d" % n for n in range(60)] + made[:1])
    made += [b"#[cfg(test)]", *base64.encodebytes(hidden).splitlines(), base64.encodebytes(hidden)]
    made += base64.encodebytes(zlib.compress(hidden)).splitlines()
    filler = [b"    value_%d = compute(%d)" % (n, n) for n in range(40)]
    return [*made, b"\n".join(filler), b"\n".join(filler[::-1]), *filler[:4]]


def compared(judge: Judge, path: bytes, versions: list[bytes]) -> int:
    """Judge versions one after the other and each alone; how much is found in all."""
    successive: Successive
    judged = scanner(judge, lambda: successive.content)
    successive = Successive((judge.engine,), judged)
    named = [(str(number), content) for number, content in enumerate(versions)]
    found = dict(successive.findings(path, named))
    for blob, content in named:
        alone = whole_scanner(judge, content)
        expected = alone.scan(whole_file(path, [content], blob), Receipt())
        assert sorted(map(seen, found.get(blob, []))) == sorted(map(seen, expected))
    return sum(map(len, found.values()))


@settings(max_examples=60)
@given(data=st.data())
def test_versions_are_judged_as_if_each_were_alone(
    judge: Judge, pieces: list[bytes], data: st.DataObject
) -> None:
    piece = st.sampled_from(pieces)
    path = data.draw(st.sampled_from((PATH, b"src/lib.rs")))
    lines = data.draw(st.lists(piece, max_size=12))
    versions = []
    for _ in range(data.draw(st.integers(1, 6))):
        begin = data.draw(st.integers(0, len(lines)))
        end = data.draw(st.integers(begin, min(len(lines), begin + 2)))
        lines = lines[:begin] + data.draw(st.lists(piece, max_size=2)) + lines[end:]
        versions.append(b"\n".join(lines) + data.draw(st.sampled_from((b"", b"\n"))))
    compared(judge, path, versions)


def packed(token: str) -> list[bytes]:
    """Many lines of base64 that hold a secret, far from where they begin and end."""
    random = Random(4)
    words = [b"%d words of no meaning" % random.randrange(1 << 40) for _ in range(400)]
    content = b"\n".join([*words[:200], secret(token).encode(), *words[200:]])
    return base64.encodebytes(zlib.compress(content)).splitlines()


def unpacked(token: str) -> list[bytes]:
    words = [b"words of no meaning, %d" % number for number in range(400)]
    content = b"\n".join([*words[:200], secret(token).encode(), *words[200:]])
    return base64.encodebytes(content).splitlines()


def marked(token: str) -> list[bytes]:
    """A Rust file whose tests have a value with a telling name."""
    lines = [b"// line %d" % number for number in range(100)]
    lines[20] = b"#[cfg(test)]"
    name = "password"
    lines[60] = f'let {name} = "Zi{token[-9:]}!x";'.encode()
    return lines


@pytest.mark.parametrize("made", [packed, unpacked, marked])
@pytest.mark.parametrize("place", [20, 21, 30, 50, -20])
def test_what_is_far_from_a_change_may_matter(
    judge: Judge, token: str, made: Callable[[str], list[bytes]], place: int
) -> None:
    path = b"src/lib.rs" if made is marked else PATH
    lines = [b'text = b64decode("""', *made(token), b'""")']
    other = [*lines[:place], b"QUJDREVG", *lines[place + 1 :]]
    for both in ((lines, other), (other, lines)):
        assert compared(judge, path, [b"\n".join(one) + b"\n" for one in both])


@pytest.mark.parametrize("above", range(5))
def test_what_is_near_a_change_is_judged_with_what_is_near_to_it(
    judge: Judge, records: dict[str, Record], above: int
) -> None:
    """A value so many lines from a change, its provider named so many lines above it."""
    record = records["segment.write-key"]
    value = judge.generator.value(record)
    for below in range(14):
        lines = ["a = 1"] * 30 + ["# segment"] + ["b = 2"] * above + [f'api_key = "{value}"']
        lines += ["c = 3"] * below
        ends = [["x = 1"], ["y = 2", "z = 3"]]
        versions = ["\n".join([*lines, *end, *["d = 4"] * 30]).encode() for end in ends]
        assert compared(judge, PATH, versions) == 2


def history(repo: Repo, *arguments: str, status: int = 1) -> list[dict[str, Any]]:
    """The findings of a scan of the history, those that block."""
    done = repo.run("keystop", "scan", "--history", *arguments, "--format", "json")
    assert done.returncode == status, done.stderr
    found = json.loads(done.stdout)
    assert found["complete"]
    return [one for one in found["findings"] if one["blocks"]]


def test_what_was_taken_out_is_found(repo: Repo, token: str) -> None:
    commit(repo, a__py="x = 1\n")
    commit(repo, b__py="y = 1\n" + secret(token))
    first = repo.git("rev-parse", "HEAD").strip()
    commit(repo, b__py="y = 2\n" + secret(token))
    last = repo.git("rev-parse", "HEAD").strip()
    repo.git("tag", "v1")
    commit(repo, b__py="y = 2\n")
    removed = repo.git("rev-parse", "HEAD").strip()
    (one,) = history(repo)
    where = one["whereabouts"]
    assert (one["path"], one["line"], one["detector"]) == (
        "b.py", 2, "github.personal-access-token",
    )  # fmt: skip
    assert (where["first"]["id"], where["last"]["id"]) == (first, last)
    assert (where["removed"]["id"], where["in_head"]) == (removed, False)
    assert (where["branches"], where["tags"], where["remotes"]) == (["main"], ["v1"], [])
    assert where["versions"] == 2
    text = repo.run("keystop", "scan", "--history").stdout
    assert f"Since {first[:12]} (" in text
    assert f"taken out in {removed[:12]} (" in text
    assert "It is in tag v1: if that was pushed" in text


def test_what_is_still_there_says_so(repo: Repo, token: str) -> None:
    commit(repo, b__py=secret(token))
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    commit(repo, c__py="x\n")
    (one,) = history(repo)
    where = one["whereabouts"]
    assert (where["in_head"], where["removed"], where["remotes"]) == (True, None, ["origin"])


def other_branch(repo: Repo, token: str) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    commit(repo, b__py=secret(token))
    repo.git("checkout", "--quiet", "main")


def born_in_a_merge(repo: Repo, token: str) -> None:
    repo.git("checkout", "--quiet", "-b", "topic")
    commit(repo, b__py="x\n")
    repo.git("checkout", "--quiet", "main")
    commit(repo, c__py="x\n")
    repo.git("merge", "--quiet", "--no-commit", "topic")
    repo.write("c.py", "x\n" + secret(token))
    repo.git("add", ".")
    repo.git("commit", "--quiet", "--no-verify", "--message", "merge")


def message(repo: Repo, token: str) -> None:
    repo.git("commit", "--quiet", "--allow-empty", "--no-verify", "--message", secret(token))


def tag_message(repo: Repo, token: str) -> None:
    repo.git("tag", "--annotate", "v1", "--message", secret(token))


def author(repo: Repo, token: str) -> None:
    repo.git("commit", "--quiet", "--allow-empty", "--message", "x", "--author", f"{token} <a@b.c>")


def stash(repo: Repo, token: str) -> None:
    repo.write("a.py", secret(token))
    repo.git("stash", "--quiet")


def detached(repo: Repo, token: str) -> None:
    repo.git("checkout", "--quiet", "--detach")
    commit(repo, b__py=secret(token))


def tag_of_a_file(repo: Repo, token: str) -> None:
    repo.write("b.py", secret(token))
    repo.git("tag", "file", repo.git("hash-object", "-w", "b.py").strip())
    (repo.path / "b.py").unlink()


def name_of_a_file(repo: Repo, token: str) -> None:
    commit(repo, **{f"{token}": "x\n"})
    commit(repo, a__py="x = 2\n")
    repo.git("rm", "--quiet", token)
    commit(repo)


@pytest.mark.parametrize(
    "place",
    [
        other_branch, born_in_a_merge, message, tag_message, author, stash, detached,
        tag_of_a_file, name_of_a_file,
    ],
)  # fmt: skip
def test_wherever_it_stands(repo: Repo, token: str, place: Callable[[Repo, str], None]) -> None:
    commit(repo, a__py="x = 1\n")
    place(repo, token)
    (one,) = history(repo)
    assert one["detector"] == "github.personal-access-token"
    said = repo.run("keystop", "scan", "--history")
    assert token not in said.stdout + said.stderr


# Git has to hold a file to give it; keystop does not.
LARGE = 100 << 20
MEASURED = """
import sys
from keystop.cli import main
status = main(sys.argv[1:])
with open("/proc/self/status") as file:
    (peak,) = [line.split()[1] for line in file if line.startswith("VmHWM")]
print(peak, file=sys.stderr)
sys.exit(status)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux tells it")
def test_a_large_version_is_never_held_whole(repo: Repo, token: str) -> None:
    line = b"these are words and more words of a log\n"
    commit(repo, **{"a.log": "small\n"})
    repo.write("a.log", line * (LARGE // len(line)) + secret(token).encode())
    repo.git("add", ".")
    repo.git("commit", "--quiet", "--no-verify", "--message", "large")
    commit(repo, **{"a.log": "small again\n"})
    measured = repo.run(sys.executable, "-c", MEASURED, "scan", "--history", "--jobs", "1")
    assert measured.returncode == 1, measured.stderr
    assert int(measured.stderr) << 10 < LARGE, "more was held than a part of it"
    (one,) = history(repo)
    assert (one["path"], one["line"]) == ("a.log", LARGE // len(line) + 1)
    assert one["whereabouts"]["in_head"] is False


def test_what_is_known_stays_quiet(repo: Repo, token: str) -> None:
    commit(repo, b__py=secret(token))
    repo.run("keystop", "baseline", "create", "--reason", "a test account", check=True)
    commit(repo)
    repo.run("keystop", "baseline", "update", check=True)
    commit(repo, b__py="y = 1\n" + secret(token))
    assert history(repo, status=0) == []


def test_a_wrong_configuration_is_told_as_such(repo: Repo) -> None:
    commit(repo, a__py="x = 1\n")
    repo.write(".keystop.toml", "[[detector]]\nblok = 1\n")
    repo.git("add", ".")
    done = repo.run("keystop", "scan", "--history")
    assert done.returncode == 3
    assert "blok" in done.stderr


def test_revisions_say_what_is_read(repo: Repo, token: str) -> None:
    commit(repo, a__py="x = 1\n")
    other_branch(repo, token)
    assert history(repo, "main", status=0) == []
    assert len(history(repo, "main", "topic")) == 1
    assert repo.run("keystop", "scan", "--history", "no-such-thing").returncode == 2


def test_a_range_and_a_day(repo: Repo, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2010-01-01T00:00:00Z")
    commit(repo, a__py="x = 1\n")
    commit(repo, b__py=secret(token))
    commit(repo, b__py="x = 2\n")
    for status, arguments in (
        (1, ("--range", "HEAD~2..HEAD")), (0, ("--range", "HEAD~1..HEAD")),
        (1, ("--since", "2000-01-01")), (0, ("--since", "2020-01-01")),
        (3, ("--range", "--all")), (2, ("--range", "nothing..HEAD")), (3, ("--unreachable",)),
    ):  # fmt: skip
        assert repo.run("keystop", "scan", *arguments).returncode == status, arguments


def test_in_an_empty_repository_there_is_nothing(repo: Repo) -> None:
    assert history(repo, status=0) == []


@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_several_processes_find_the_same(repo: Repo, token: str, form: str) -> None:
    if form == "sha256":
        for path in sorted(repo.path.glob(".git/**/*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
        (repo.path / ".git").rmdir()
        repo.git("init", "--quiet", "--object-format=sha256")
    for number in range(12):
        repo.write("many.py", f"x = {number}\n" + (secret(token) if number % 3 else ""))
        for name in range(100):
            repo.write(f"f{name}.py", f"x = {name * 1000 + number}\n")
        repo.git("add", ".")
        repo.git("commit", "--quiet", "--no-verify", "--message", f"commit {number}")
    one = repo.run("keystop", "scan", "--history", "--jobs", "1", "--format", "json")
    (repo.path / KNOWN).unlink()
    two = repo.run("keystop", "scan", "--history", "--jobs", "3", "--format", "json")
    assert one.returncode == 1
    assert one.stdout == two.stdout
    assert json.loads(one.stdout)["scanned"]["versions"] == 1208  # four are the same


def scanned(repo: Repo, *options: str) -> tuple[dict[str, int], list[Any]]:
    """What a scan of the history has read, and what it finds."""
    done = repo.run("keystop", "scan", "--history", *options, "--format", "json")
    assert done.stderr == ""
    report = json.loads(done.stdout)
    return report["scanned"], report["findings"]


def reset_away(repo: Repo, token: str) -> str:
    commit(repo, b__py=secret(token))
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    return "b.py"


def dropped_from_all_reflogs(repo: Repo, token: str) -> str:
    path = reset_away(repo, token)
    repo.git("reflog", "expire", "--expire=now", "--all")
    return path


def older_stash(repo: Repo, token: str) -> str:
    for content in (secret(token), "harmless\n"):
        repo.write("a.py", content)
        repo.git("stash", "push", "--quiet")
    return "a.py"


def staged_once(repo: Repo, token: str) -> str:
    repo.write("b.py", secret(token))
    repo.git("add", "b.py")
    repo.git("rm", "--quiet", "--cached", "b.py")
    return repo.git("hash-object", "b.py").strip()


def deleted_tag(repo: Repo, token: str) -> str:
    repo.git("tag", "--annotate", "v1", "--message", secret(token))
    repo.git("tag", "--delete", "v1")
    return ""


def message_of_an_amended_commit(repo: Repo, token: str) -> str:
    repo.git("commit", "--quiet", "--allow-empty", "--message", secret(token))
    repo.git("commit", "--quiet", "--amend", "--allow-empty", "--message", "harmless")
    return ""


@pytest.mark.parametrize(
    "leave",
    [
        reset_away, dropped_from_all_reflogs, older_stash, staged_once, deleted_tag,
        message_of_an_amended_commit,
    ],
)  # fmt: skip
def test_what_no_branch_reaches_is_found_where_that_is_asked_for(
    leave: Callable[[Repo, str], str], repo: Repo, token: str
) -> None:
    commit(repo, a__py="x = 1\n")
    path = leave(repo, token)
    assert scanned(repo)[1] == []
    (found,) = scanned(repo, "--unreachable")[1]
    assert found["path"] == path
    assert found["whereabouts"]["branches"] == []


@pytest.fixture
def learned(repo: Repo, token: str) -> Repo:
    """A history of three files, of which one holds a secret, that was scanned once."""
    commit(repo, a__py="x = 1\n", b__py="y = 2\n", c__py=secret(token))
    read, found = scanned(repo)
    assert (read["versions"], read["known"], len(found)) == (3, 0, 1)
    return repo


def test_a_second_scan_reads_only_what_is_new(learned: Repo, token: str) -> None:
    commit(learned, a__py="x = 3\n" + secret(token), b__py="y = 4\n")
    read, found = scanned(learned)
    assert (read["versions"], read["known"]) == (3, 2)  # the one with the secret is new each time
    assert [one["path"] for one in found] == ["a.py", "c.py"]
    again, same = scanned(learned)
    assert (again["versions"], again["known"], same) == (2, 3, found)


def test_what_is_remembered_holds_no_content(learned: Repo, token: str) -> None:
    kept = (learned.path / KNOWN).read_bytes()
    assert token.encode() not in kept
    assert b".py" not in kept
    assert b"x = 1" not in kept


def test_the_same_content_under_another_name_is_judged_again(learned: Repo) -> None:
    learned.git("mv", "a.py", "d.py")
    commit(learned)
    read, _ = scanned(learned)
    assert (read["versions"], read["known"]) == (2, 1)


def test_other_detectors_read_everything_again(learned: Repo) -> None:
    commit(
        learned,
        __keystop__toml='[[detector]]\nid = "acme.key"\nname = "Acme key"\nseverity = "high"\n'
        'grants = "All."\nkeywords = ["acme_"]\npattern = "acme_[0-9a-f]{40}"\n',
    )
    read, _ = scanned(learned)
    assert (read["versions"], read["known"]) == (4, 0)
    learned.git("checkout", "--quiet", "HEAD~1")
    assert scanned(learned)[0]["known"] == 0


@pytest.mark.parametrize("damage", [b"", b"x", b"cut"])
def test_damaged_memory_is_none(learned: Repo, damage: bytes) -> None:
    kept = learned.path / KNOWN
    kept.write_bytes(kept.read_bytes()[:-1] if damage == b"cut" else damage)
    assert scanned(learned)[0]["known"] == 0
    kept.unlink()
    assert scanned(learned)[0]["known"] == 0
    assert scanned(learned)[0]["known"] == 2


def test_where_nothing_can_be_remembered_all_is_read(repo: Repo) -> None:
    commit(repo, a__py="x = 1\n")
    (repo.path / ".git" / "keystop").write_text("in the way")
    for _ in range(2):
        assert scanned(repo)[0] == {
            "bytes": 6,
            "commits": 1,
            "files": 1,
            "known": 0,
            "lines": 0,
            "versions": 1,
        }


def test_what_is_large_is_given_out_first(repo: Repo) -> None:
    big, small = "b = 1\n" * 500, "s = 1\n"
    for number in range(3):
        commit(repo, big__py=big * (number + 1), small__py=small * (number + 1), one__py="1\n")
    repository = Repository(str(repo.path / ".git"), str(repo.path), "")
    files = versions(repository, ("HEAD",))
    by_path = dict(zip((file.path for file in files), sizes(repository, files), strict=True))
    assert by_path == {b"big.py": 6 * len(big), b"small.py": 6 * len(small), b"one.py": 2}
    given = [file.path for part in _parts(files, [*by_path.values()]) for file in part]
    assert given == [b"big.py", b"small.py", b"one.py"]
    missing = Versions(b"gone.py", b"\x01" * 20, 20)
    assert sizes(repository, [missing, *files]) == [0, *by_path.values()]
