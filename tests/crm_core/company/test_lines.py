from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.company import CompanyFileError, read_company
from crm_core.company.lines import Lines
from tests.conftest import ROOT

SAMPLE = (ROOT / "offhook.yml").read_text(encoding="utf-8")


def _complaint(tmp_path: Path, content: str) -> list[str]:
    file = tmp_path / "offhook.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(CompanyFileError) as refused:
        read_company(file)
    return [line.removeprefix(str(file)) for line in str(refused.value).splitlines()]


_SUPPORT = "  support: {de: Kundendienst, en: Support}"
# What is changed, into what, where the complaint stands (when not there), and what it says.
CASES = [
    ("time_zone: Europe/Berlin", "time_zone: Europe/Atlantis", "", "time_zone: Europe/Atlantis is no time zone"),
    ("currency: EUR", "currency: Euro", "", "currency: String should match"),
    ("    mon-fri: 08:00-18:00", "    mon-fri: 8 to 5", "  open:", "hours.open: mon-fri: 8 to 5 is not readable"),
    ("  closed_days: [12-24,", "  closed_days: [12-35,", "", "hours.closed_days.0: "),
    ('        - key: "2"', '        - key: "22"', "", "phone.nodes.main.options.1.key: String should match"),
    ("      do: menu", "      do: dance", "    main:", "phone.nodes.main: Input tag 'dance'"),
    ("          goto: voicemail", "          goto: cellar", "", "phone.nodes.main.options.3.goto: leads to a node"),
    ("  start: main", "  start: lobby", "", "phone.start: leads to a node that is not described: lobby"),
    ('        - key: "2"', '        - key: "1"', "", "phone.nodes.main.options.1.key: key 1 is taken already"),
    ('        - key: "2"', '        - key: "9"', "", "phone.nodes.main.options.1.key: key 9 changes the language"),
    (
        "          goto: callback",
        "          goto: voicemail",
        "    callback:",
        "phone.nodes.callback: is never",
    ),
    (
        "    voicemail: {do: voicemail}",
        "    voicemail: {do: transfer, goto: voicemail}",
        "",
        "phone.nodes.voicemail",
    ),
    (
        "{do: voicemail}",
        "{do: transfer, to: '+493023125100'}",
        "",
        "phone.nodes.voicemail.to: the line would",
    ),
    ("  support: {de:", "  sales: {de:", "    support-queue: {", "phone.nodes.support-queue.queue: "),
    ("    en: Welcome to", "    fr: Welcome to", "  greeting:", "phone.greeting: has no text in: en"),
    ("  - {key: visit,", "  - {key: lead,", "", "stages.1: pipelines.sales: the stage lead is described twice"),
    ("    - name: Standard", "    - queue: x\n      name: Standard", "", "sla.policies.1.queue: "),
    ("  - {key: lead, name: {de: Anfrage, en: Lead}, ", "  - {key: lead, ", "", "stages.0.name: Field required"),
    ("  hour: {name:", "  Hour: {name:", "", "products.Hour: "),
    ("figures: {", "figures: {about_agents: all, ", "", "figures.about_agents is described twice, first on line"),
    (_SUPPORT, "  support: {name: {de: K}}", "", "queues.support.name: has no text in: en"),
    (
        _SUPPORT,
        "  support: {name: {de: K, en: S}, team: nobody}",
        "",
        "queues.support.team: names a team that is not described: nobody",
    ),
    (
        _SUPPORT,
        "  support: {name: {de: K, en: S}, overflow: {after: 60s, queue: nowhere}}",
        "",
        "queues.support.overflow.queue: names a queue that is not described: nowhere",
    ),
    (
        _SUPPORT,
        "  support: {name: {de: K, en: S}, overflow: {after: 60s, queue: b}}\n"
        "  b: {name: {de: B, en: B}, overflow: {after: 60s, queue: support}}",
        "",
        "queues.support.overflow.queue: goes in circles: support → b → support",
    ),
    (
        _SUPPORT,
        "  support: {name: {de: K, en: S}, routing: ordered}",
        "",
        "queues.support.routing: is the order of `members`",
    ),
    (
        "    solved: {de: Erledigt, en: Solved}",
        "    solved: {de: Erledigt}",
        "",
        "callcenter.dispositions.solved: has no text in: en",
    ),
    ("    pause: lunch", "    pause: siesta", "", "shifts.0.pause: names a pause that is not described: siesta"),
    ("name: Nordlicht", "name: [Nordlicht", "languages:", "not readable as YAML: "),
]


@pytest.mark.parametrize(("was", "is_", "where", "complaint"), CASES)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, was: str, is_: str, where: str, complaint: str) -> None:
    assert was in SAMPLE
    broken = SAMPLE.replace(was, is_, 1)
    before = broken.index(f"\n{where}") + 1 if where else SAMPLE.index(was)
    line = broken[:before].count("\n") + 1
    complaints = _complaint(tmp_path, broken)
    assert any(text.startswith(f":{line}: {complaint}") for text in complaints), (line, complaints)


def test_several_mistakes_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    broken = SAMPLE.replace("currency: EUR", "currency: Euro").replace("probability: 30", "probability: 130")
    numbers = [int(text.split(":")[1]) for text in _complaint(tmp_path, broken)]
    assert len(numbers) > 1
    assert numbers == sorted(numbers)


def test_a_key_that_stands_twice_is_not_silently_the_last(tmp_path: Path) -> None:
    assert _complaint(tmp_path, SAMPLE + "\ncountry: AT\n") == [
        f":{SAMPLE.count(chr(10)) + 2}: country is described twice, first on line 4"
    ]


@pytest.mark.parametrize("content", ["a: &a [*a]", "? [1, 2]\n: 3", "- 1\n- {a: 1}", "1: 2", "~", "a: !!python/none x"])
def test_yaml_that_is_no_company_is_a_sentence(tmp_path: Path, content: str) -> None:
    assert _complaint(tmp_path, content)


_keys = st.text("abc", min_size=1, max_size=3)
_trees = st.recursive(
    st.integers(0, 9), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=3)
)


@given(_trees)
def test_everything_that_stands_in_a_file_has_its_own_line(tree: object) -> None:
    """Written with one key or entry a line."""
    written: list[str] = []
    places: list[tuple[list[str | int], int]] = []

    def write(value: object, path: list[str | int], depth: int) -> None:
        entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for step, inner in entries:
            head = f"{step}:" if isinstance(value, dict) else "-"
            is_plain = not isinstance(inner, dict | list) or not inner
            written.append("  " * depth + head + (f" {inner}" if is_plain else ""))
            places.append(([*path, step], len(written)))
            if not is_plain:
                # An entry begins where its first key does.
                if isinstance(value, list):
                    places[-1] = (places[-1][0], len(written) + 1)
                write(inner, [*path, step], depth + 1)

    write(tree, [], 0)
    lines = Lines("\n".join(written))
    for path, line in places:
        place = lines.place(path)
        assert (place.line, place.path) == (line, ".".join(map(str, path)))
