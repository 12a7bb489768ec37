"""deploy/secured/docker-compose.yml agrees with what it repeats."""

import re

import pytest
from temporalio.api.enums.v1 import IndexedValueType

from temporal_client.search_attributes import ALL
from tests.secured_server import SECURED

CONTAINERS = 10072
"""The group that can read what deploy/secured/issue.sh makes."""


@pytest.mark.parametrize("service", SECURED)
def test_every_container_is_in_the_group_that_reads_what_is_issued(service: str) -> None:
    assert SECURED[service]["group_add"] == [str(CONTAINERS)]


def test_the_job_of_the_namespace_makes_all_search_attributes_with_their_types() -> None:
    (script,) = SECURED["temporal-namespace"]["command"]
    made = re.findall(r"--name (\w+) --type (\w+)", script)
    types = {
        "Keyword": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
        "KeywordList": IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
        "Datetime": IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
    }
    assert sorted((name, types[kind]) for name, kind in made) == sorted(
        (key.name, IndexedValueType.ValueType(key.indexed_value_type)) for key in ALL
    )
