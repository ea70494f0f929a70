"""The readers: bytes to quotations, and what is wrong by line, field and value."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fx.domain.rates import RateType
from fx.rate_files import FORMATS, InvalidRateFile, read_rates

DAILY_XML = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
    xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
  <gesmes:subject>Reference rates</gesmes:subject>
  <gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>
  <Cube>
    <Cube time="2026-01-30">
      <Cube currency="USD" rate="1.0850"/>
      <Cube currency='JPY' rate='163.20'/>
    </Cube>
    <Cube time="2026-01-29"><Cube currency="USD" rate="1.0840"/></Cube>
  </Cube>
</gesmes:Envelope>
"""
HISTORY_CSV = b"""Date,USD,JPY,CYP,
2026-01-30,1.0850,163.20,N/A,
2026-01-29,1.0840,N/A,0.5842,
"""
PLAIN_CSV = b"""base,quote,rate,date,type,source
EUR,USD,1.0850,2026-01-30,bid,bank
USD,JPY,150.5,2026-01-30T12:00:00+01:00,,
"""


def read(content: bytes, format_: str | None = None, source: str | None = None) -> list[tuple[str, str, str, str]]:
    file = read_rates(content, format_, source)
    assert not file.errors
    return [(rate.quote, f"{rate.value:f}", rate.date.isoformat(), rate.source) for _, rate in file.rates]


def errors(content: bytes) -> list[str]:
    return [str(error) for error in read_rates(content, source="me").errors]


def refused(content: bytes, format_: str | None = None) -> str:
    with pytest.raises(InvalidRateFile) as refusal:
        read_rates(content, format_)
    return refusal.value.detail


def test_the_ecbs_xml_is_read_for_one_day_and_for_many() -> None:
    assert read(DAILY_XML) == [
        ("USD", "1.0850", "2026-01-30", "ECB"),
        ("JPY", "163.20", "2026-01-30", "ECB"),
        ("USD", "1.0840", "2026-01-29", "ECB"),
    ]
    assert [line for line, _ in read_rates(DAILY_XML).rates] == [8, 9, 11]


def test_the_ecbs_history_is_read_without_its_gaps_and_its_empty_last_column() -> None:
    expected = [
        ("USD", "1.0850", "2026-01-30", "ECB"),
        ("JPY", "163.20", "2026-01-30", "ECB"),
        ("USD", "1.0840", "2026-01-29", "ECB"),
        ("CYP", "0.5842", "2026-01-29", "ECB"),
    ]
    assert read(HISTORY_CSV) == expected
    assert read(HISTORY_CSV.replace(b",\n", b"\n")) == expected
    assert read(HISTORY_CSV.replace(b"\n", b"\r\n")) == expected
    assert read(b"\xef\xbb\xbf" + HISTORY_CSV) == expected


def test_the_ecbs_daily_csv_spells_its_month() -> None:
    assert read(b"Date, USD, JPY, \n30 January 2026, 1.0850, 163.20, \n") == [
        ("USD", "1.0850", "2026-01-30", "ECB"),
        ("JPY", "163.20", "2026-01-30", "ECB"),
    ]


def test_a_plain_csv_has_its_own_pairs_types_sources_and_instants() -> None:
    (_, first), (line, second) = read_rates(PLAIN_CSV, source="me").rates
    assert (first.base, first.quote, first.type, first.source) == ("EUR", "USD", RateType.BID, "bank")
    assert (line, second.type, second.source, second.date) == (3, RateType.MID, "me", date(2026, 1, 30))
    assert second.quoted_at == datetime(2026, 1, 30, 11, tzinfo=UTC)


@pytest.mark.parametrize("delimiter", [b";", b"\t"])
def test_other_delimiters_quotes_and_orders_of_columns_are_understood(delimiter: bytes) -> None:
    content = b'"Date","Rate","Quote","Base"\n\n"2026-01-30","1.5","USD","EUR"\n'.replace(b",", delimiter)
    assert read(content, source="me") == [("USD", "1.5", "2026-01-30", "me")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b'rate="1.0850"', b'rate="1,0850"', "line 8, rate '1,0850': '1,0850' is not a rate"),
        (b'rate="1.0850"', b'rate="0"', "line 8, rate '0': 0 is not a believable rate"),
        (b'rate="1.0850"', b"", "line 8, rate '': "),
        (b'currency="USD" rate="1.0850"', b'rate="1.0850"', "line 8, currency '': name a currency."),
        (b'time="2026-01-30"', b'time="30/01/2026"', "line 7, time '30/01/2026': write a date"),
        (b'currency="USD" rate="1.0850"', b'currency="EUR" rate="1.0850"', "line 8, quote 'EUR'"),
    ],
)
def test_what_is_wrong_in_the_xml_is_named_by_line_field_and_value(old: bytes, new: bytes, said: str) -> None:
    assert any(error.startswith(said) for error in errors(DAILY_XML.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (b"1.0850", b"abc", "line 2, USD 'abc': 'abc' is not a rate"),
        (b"1.0850", b"-1", "line 2, USD '-1'"),
        (b"2026-01-30", b"2026-02-30", "line 2, Date '2026-02-30': write a date as 2026-01-31."),
        (b"1.0850,163.20,N/A,", b"1.0850", "line 2, line '2026-01-30': it has 1 cells after its date"),
        (b"N/A,\n2026-01-29", b"N/A,7,\n2026-01-29", "line 2, line '2026-01-30': it has 4 cells"),
    ],
)
def test_what_is_wrong_in_the_history_is_named_by_line_field_and_value(old: bytes, new: bytes, said: str) -> None:
    (error,) = errors(HISTORY_CSV.replace(old, new, 1))
    assert error.startswith(said)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"EUR,USD,1.5,2026-01-30,close,me", "line 2, type 'close': it is one of mid, bid, ask."),
        (b"EUR,USD,1.5,30.01.2026,mid,me", "line 2, date '30.01.2026': write a date"),
        (b"EUR,USD,1.5,2026-01-30T12:00:00,mid,me", "line 2, date '2026-01-30T12:00:00': write an instant with"),
        (b"EUR,USD,1.5,2026-01-30Tx,mid,me", "line 2, date '2026-01-30Tx'"),
        (b"EUR,USD,nan,2026-01-30,mid,me", "line 2, rate 'nan'"),
        (b"EUR,EUR,1.5,2026-01-30,mid,me", "line 2, quote 'EUR'"),
        (b",USD,1.5,2026-01-30,mid,me", "line 2, base ''"),
        (b"EUR,USD,1.5,2026-01-30,mid,a+b", "line 2, source 'a+b'"),
        (b"EUR,USD,1,5,2026-01-30,mid,me", "line 2, line 'EUR,USD,1,5,2026-01-30,mid,me': it has 7 cells"),
    ],
)
def test_what_is_wrong_in_a_plain_csv_is_named_by_line_field_and_value(line: bytes, said: str) -> None:
    (error,) = errors(b"base,quote,rate,date,type,source\n" + line + b"\n")
    assert error.startswith(said)


def test_a_line_without_a_source_says_where_to_name_it() -> None:
    (error,) = read_rates(b"base,quote,rate,date\nEUR,USD,1.5,2026-01-30\n").errors
    assert "column 'source', or for the whole file" in str(error)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "The file is neither"),
        (b"hello\n", "The file is neither"),
        (b"<html><p></html>", "no well-formed XML"),
        (b"base,quote,rate\n", "column 'date' is missing"),
        (b"base,quote,rate,date,colour\n", "no column 'colour'"),
        (b"base,quote,rate,date,date\n", "'date' is there twice"),
        (b"Date,USD,USD,\n", "each once"),
        (b"Date,,USD\n", "each once"),
        (b"base,quote,rate,date\n\xff\n", "line 2: the file is not UTF-8"),
        (b'base,quote,rate,date\n"EUR,USD\n', "line 2: "),
    ],
)
def test_a_file_that_is_none_of_these_is_refused_as_a_whole(content: bytes, said: str) -> None:
    assert said in refused(content)


@pytest.mark.parametrize(
    "declaration",
    [b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>', b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">'],
)
def test_an_xml_that_declares_entities_or_a_dtd_is_refused(declaration: bytes) -> None:
    assert "declares entities or a document type" in refused(DAILY_XML.replace(b"?>\n", b"?>" + declaration, 1))


def test_a_format_can_be_named_and_must_be_one() -> None:
    assert len(read(HISTORY_CSV, "ecb-csv", "other")) == 4
    assert "is not a format" in refused(HISTORY_CSV, "ofx")
    assert "column 'base' is missing" in refused(HISTORY_CSV, "csv")


@given(
    st.binary(max_size=200), st.sampled_from([None, *FORMATS]), st.sampled_from([b"", b"Date,USD\n", b"<Cube time='"])
)
def test_whatever_the_bytes_a_reader_reads_or_refuses(content: bytes, format_: str | None, start: bytes) -> None:
    try:
        file = read_rates(start + content, format_)
    except InvalidRateFile:
        return
    assert all(rate.value > Decimal(0) for _, rate in file.rates)
