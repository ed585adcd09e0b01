import pytest
from pydantic import ValidationError

from crm_core.company import Company
from crm_core.db import Database
from crm_core.sales import stages

ASKED = {"key": "asked", "name": {"en": "Asked"}, "probability": 10}


@pytest.mark.parametrize(
    ("name", "pipeline", "found"),
    [
        ("won", None, "won"),
        ("won", "service", "service-signed"),
        ("signed", "service", "service-signed"),
        ("Unterschrieben", "service", "service-signed"),
        ("service", None, "service-asked"),
        ("Wartungsverträge", "sales", "service-asked"),
        ("service-drafted", "sales", "service-drafted"),
        ("sales", "service", "lead"),
    ],
)
async def test_a_stage_is_meant_in_its_own_pipeline_first(
    sqlite_database: Database, name: str, pipeline: str | None, found: str
) -> None:
    async with sqlite_database.transaction() as session:
        assert (await stages.find_stage(session, name, pipeline)).key == found


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"stages": []}, None),
        ({"stages": [], "pipelines": {}}, "there is no pipeline"),
        ({"pipelines": {"sales": {"stages": [ASKED]}}}, "`stages` is the pipeline sales"),
        ({"pipelines": {"service": {"stages": [ASKED, ASKED]}}}, "service-asked is described twice"),
        ({"pipelines": {"service": {"stages": []}}}, "at least 1 item"),
        (
            {"stages": [{**ASKED, "outcome": "won", "rotten_after_days": 3}]},
            "asked is an end: leave out rotten_after_days",
        ),
        ({"assignment": {"team": "nobody"}}, "assignment.team: names a team that is not described: nobody"),
        ({"products": {"pipe": {"name": {"en": "Pipe"}, "price": "1.005"}}}, "no more than 2 decimal places"),
    ],
)
def test_what_cannot_be_meant_in_the_file_is_one_sentence(
    company: Company, change: dict[str, object], said: str | None
) -> None:
    described = company.model_dump() | change
    if said is None:
        assert list(Company.model_validate(described).all_pipelines) == ["service"]
        return
    with pytest.raises(ValidationError, match=said):
        Company.model_validate(described)


def test_a_file_with_stages_alone_is_the_pipeline_sales(company: Company) -> None:
    alone = Company.model_validate(company.model_dump() | {"pipelines": {}})
    assert list(alone.all_pipelines) == ["sales"]
    assert list(alone.all_stages) == [rule.key for rule in company.stages]
