"""What is found in four made-up companies, held against a truth that was written by hand.

keystop impact was made with the couriers. The others were written to measure it; what it found in
them when it first saw them is in docs/impact.md.
"""

from __future__ import annotations

import pytest

from tests.conftest import Repo
from tests.impact import clinic, couriers, library, newsroom
from tests.impact.conftest import Asked, Values, lines
from tests.impact.marked import truth, write

# The lines that are told and are not in the truth, or the other way round.
WRONG = {("wards/main.go", 15)}
COMPANIES = [
    pytest.param(couriers.FILES, ".env:3", id="couriers"),
    pytest.param(newsroom.FILES, "apps/editor/.env.production:2", id="newsroom"),
    pytest.param(clinic.FILES, "booking/config/secrets.yml:4", id="clinic"),
    pytest.param(library.FILES, "deploy/common.env:2", id="library"),
]


@pytest.mark.parametrize(("files", "place"), COMPANIES)
def test_what_depends_is_found_and_nothing_else(
    repo: Repo, values: Values, asked: Asked, files: dict[tuple[str, str], str], place: str
) -> None:
    if files is clinic.FILES:
        values["KEY"] = values["STRIPE"]
    write(repo, files, values)
    repo.git("add", ".")
    told = asked(place)
    true = truth(files)
    found = {one for one in lines(told) if one[1:] not in WRONG}
    assert found == {(one.service, one.path, one.line) for one in true}
    assert {service["name"] for service in told["services"]} == {
        one.service for one in true if one.service
    }
    # what kind of line it is may be seen in more than one way
    kinds = {
        (link["path"], link["line"], link["kind"])
        for service in (*told["services"], told["shared"])
        for link in service["links"]
    }
    assert len({one[1:] for one in true} - kinds) <= len(true) / 20


def test_the_other_account_is_told_apart(repo: Repo, values: Values, asked: Asked) -> None:
    """Asked about the account for Europe, the services of the main one are not named."""
    write(repo, couriers.FILES, values)
    repo.git("add", ".")
    told = asked(".env:4")
    assert {service["name"] for service in told["services"]} == {
        "services/europe", "alerts-eu (kubernetes)", "infra", ".gitlab-ci.yml",
        ".github/workflows/deploy.yml",
    }  # fmt: skip


def test_the_same_is_told_whatever_order_sets_have(repo: Repo, values: Values) -> None:
    write(repo, couriers.FILES, values)
    repo.git("add", ".")
    told = [
        repo.run("keystop", "impact", ".env:3", env={"PYTHONHASHSEED": seed}, check=True).stdout
        for seed in ("1", "2", "3")
    ]
    assert told[0] == told[1] == told[2]
