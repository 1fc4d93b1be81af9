"""What is found in three made-up companies, held against a truth that was written by hand.

keystop impact was made with the couriers. The newsroom and the clinic were written to measure it;
what it found in them when it first saw them is in docs/impact.md.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Repo
from tests.impact import clinic, couriers, newsroom
from tests.impact.conftest import Asked, Values, lines
from tests.impact.marked import truth, write

COMPANIES = [
    pytest.param(couriers.FILES, ".env:3", id="couriers"),
    pytest.param(newsroom.FILES, "apps/editor/.env.production:2", id="newsroom"),
    pytest.param(clinic.FILES, "booking/config/secrets.yml:4", id="clinic"),
]


def shares(found: set[Any], true: set[Any]) -> tuple[float, float]:
    """Recall and precision."""
    return len(found & true) / len(true), len(found & true) / len(found)


@pytest.mark.parametrize(("files", "place"), COMPANIES)
def test_nearly_all_that_depends_is_found_and_little_else(
    repo: Repo, values: Values, asked: Asked, files: dict[tuple[str, str], str], place: str
) -> None:
    of_stripe = files is clinic.FILES
    made = {"KEY": values["STRIPE"], "TEST": values["STRIPE"].replace("live", "test")[::1]}
    write(repo, files, {**values, **made} if of_stripe else values)
    repo.git("add", ".")
    told = asked(place)
    true = truth(files)
    found = lines(told)
    links = {(path, line) for _, path, line in found}
    true_links = {(one.path, one.line) for one in true}
    assert min(shares(links, true_links)) >= 0.95, links ^ true_links
    services = {service["name"] for service in told["services"]}
    true_services = {one.service for one in true if one.service}
    assert min(shares(services, true_services)) >= 0.95, services ^ true_services
    # which line belongs to which service, and what kind of line it is
    placed = {(one.service, one.path, one.line) for one in true}
    assert len(found & placed) / len(placed) >= 0.95, found ^ placed
    kinds = {
        (link["path"], link["line"], link["kind"])
        for service in (*told["services"], told["shared"])
        for link in service["links"]
    }
    assert len(kinds & {one[1:] for one in true}) / len(true) >= 0.95


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
