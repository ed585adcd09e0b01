import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.company.fields import CustomField
from crm_core.contacts import mapping, sheets, vcards
from crm_core.contacts.row import Row
from crm_core.errors import Invalid

FIELDS = [CustomField(key="shoe_size", name={"de": "Schuhgröße", "en": "Shoe size"})]
_LETTERS = st.characters(codec="utf-8", exclude_categories=("C", "Z"))
TEXT = st.text(st.one_of(_LETTERS, st.sampled_from(" =+-@\"',;\n"))).map(str.strip)
# What the lists are separated by is no part of a tag: `clean_tag` makes a space of it.
WORD = st.text(_LETTERS.filter(lambda letter: letter not in ",;"), min_size=1)
ROWS = st.builds(
    Row,
    name=TEXT.filter(bool),
    kind=st.sampled_from(["person", "company"]),
    reference=st.sampled_from(["", "C-1001"]),
    organisation=TEXT,
    phones=st.lists(st.from_regex(r"\+49[1-9][0-9]{6,9}", fullmatch=True), unique=True),
    emails=st.lists(st.from_regex(r"[a-z.]{1,9}@[a-z]{1,9}\.de", fullmatch=True), unique=True),
    tags=st.lists(WORD, unique=True),
    values=st.fixed_dictionaries(
        {}, optional={"city": TEXT.filter(bool), "note": TEXT.filter(bool), "salutation": st.just("ms")}
    ),
    custom=st.fixed_dictionaries({}, optional={"shoe_size": TEXT.filter(bool)}),
)


@given(rows=st.lists(ROWS, min_size=1, max_size=4))
def test_what_is_exported_as_csv_is_read_as_it_was(rows: list[Row]) -> None:
    text = sheets.written([sheets.headings(FIELDS), *(sheets.cells(row, FIELDS) for row in rows)])
    headings, lines = sheets.read(text.encode("utf-8-sig"))
    fields = mapping.guess(headings, FIELDS, {})
    assert [mapping.row_of(line, fields) for line in lines] == rows


@given(rows=st.lists(ROWS, min_size=1, max_size=4))
def test_what_is_exported_as_vcards_is_read_as_it_was(rows: list[Row]) -> None:
    assert [vcards.read(card) for card in vcards.cards("".join(vcards.written(row) for row in rows))] == rows


@given(cell=st.text(st.sampled_from("'=+-@a\t\r"), max_size=6))
def test_no_cell_is_run_and_each_comes_back(cell: str) -> None:
    assert not sheets.harmless(cell).startswith(("=", "+", "-", "@", "\t", "\r"))
    assert sheets.plain(sheets.harmless(cell)) == cell


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_files_are_read_as_people_save_them(delimiter: str, encoding: str) -> None:
    text = (
        delimiter.join(["Vorname", "Nachname", "Straße"]) + "\r\n" + delimiter.join(["Jürgen", "Groß", "Süße Gasse 1"])
    )
    headings, [line] = sheets.read(text.encode(encoding))
    row = mapping.row_of(line, mapping.guess(headings, [], {}))
    assert (row.name, row.values) == ("Jürgen Groß", {"street": "Süße Gasse 1"})


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("E-mail 1 - Value", "email"),
        ("Phone 2 - Value", "phone"),
        ("Mobiltelefon", "phone"),
        ("Firma", "organisation"),
        ("PLZ", "postcode"),
        ("Given Name", "first_name"),
        ("Schuhgrösse", "shoe_size"),
        ("Lieblingsfarbe", "-"),
    ],
)
def test_a_column_is_guessed_from_its_heading(heading: str, field: str) -> None:
    assert mapping.guess([heading], FIELDS, {}) == [field]


def test_a_column_can_be_named_by_hand() -> None:
    assert mapping.guess(["Wer", "Nr."], [], {"Wer": "name", "Nr.": "phone"}) == ["name", "phone"]
    for wrong in ({"Wo": "city"}, {"Wer": "colour"}):
        with pytest.raises(Invalid):
            mapping.guess(["Wer"], [], wrong)


def test_a_line_with_a_company_alone_is_that_company() -> None:
    row = mapping.row_of(["Stutz AG", "0711 1230"], ["organisation", "phone"])
    assert (row.kind, row.name, row.organisation, row.phones) == ("company", "Stutz AG", "", ["0711 1230"])


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_is_said(content: bytes) -> None:
    with pytest.raises(Invalid):
        sheets.read(content)


def test_what_is_no_vcard_is_said() -> None:
    with pytest.raises(Invalid):
        vcards.read("BEGIN:VCARD\nthis is none")


def test_a_vcard_of_another_program_is_understood() -> None:
    card = "\n".join(
        [
            "BEGIN:VCARD", "VERSION:4.0", "N:Sommer;Greta;;Dr.;", "FN:Greta Sommer", "ORG:Bäckerei Süß;Verkauf",
            "TEL;TYPE=work;VALUE=uri:tel:+49-30-23125010", "EMAIL;TYPE=work:greta@example.de",
            "ADR:;;Seestr. 1;Berlin;;13347;Deutschland", "CATEGORIES:Stammkunde,VIP",
            "NOTE:mag\\, Kuchen", "LANG:de", "END:VCARD",
        ]
    )  # fmt: skip
    row = vcards.read(card)
    assert (row.name, row.organisation, row.phones, row.emails, row.tags) == (
        "Greta Sommer",
        "Bäckerei Süß Verkauf",
        ["+49-30-23125010"],
        ["greta@example.de"],
        ["Stammkunde", "VIP"],
    )
    assert row.values == {
        "title": "Dr.",
        "street": "Seestr. 1",
        "city": "Berlin",
        "postcode": "13347",
        "note": "mag, Kuchen",
        "language": "de",
    }
