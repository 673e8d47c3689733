"""OFAC's XML forms, and XML that wants more than to be read."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scanner.lists.read import Stated, read_list
from scanner.model.errors import UsageError
from tests.lists.support import BITCOIN, address, advanced, sdn, write

ETH = "Digital Currency Address - ETH"
XBT = "Digital Currency Address - XBT"


def test_the_plain_form_gives_addresses_with_entity_program_and_kind(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "SDN.XML",
        sdn([(ETH, address(7).upper().replace("X", "x")), (XBT, BITCOIN), ("Website", "x.example")]),
    )
    found = read_list(path, Stated())
    assert (found.name, found.published, found.format) == ("OFAC-SDN", "2026-05-26", "ofac-sdn-xml")
    assert [(one.address, one.evm, one.kind, one.chain) for one in found.entries] == [
        (address(7), True, ETH, "ETH"),
        (BITCOIN, False, XBT, "XBT"),
    ]
    assert {(one.entity, one.program) for one in found.entries} == {("Erika MUSTERMANN", "CYBER2, DPRK3")}


def test_the_advanced_form_joins_features_names_and_programs(tmp_path: Path) -> None:
    path = write(tmp_path, "SDN_ADVANCED.XML", advanced([("345", address(7)), ("344", BITCOIN), ("8", "1980")]))
    found = read_list(path, Stated(format="ofac-advanced-xml"))
    assert (found.published, found.format) == ("2026-05-26", "ofac-advanced-xml")
    assert [(one.address, one.kind, one.entity, one.program) for one in found.entries] == [
        (address(7), ETH, "MUSTERMANN Erika", "CYBER2"),
        (BITCOIN, XBT, "MUSTERMANN Erika", "CYBER2"),
    ]


def test_an_odd_identifier_of_an_official_list_does_not_make_the_others_unusable(tmp_path: Path) -> None:
    path = write(tmp_path, "SDN.XML", sdn([(ETH, address(7) + " "), (ETH, "0x12"), (XBT, "short")]))
    assert {(one.address, one.evm) for one in read_list(path, Stated()).entries} == {
        (address(7), True),
        ("0x12", False),
        ("short", False),
    }


BILLION = '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    "declaration", [BILLION, OUTSIDE, '<!DOCTYPE s SYSTEM "http://127.0.0.1:9/x.dtd">', "<!DOCTYPE s>"]
)
def test_a_document_type_declaration_is_refused_before_anything_is_expanded(tmp_path: Path, declaration: str) -> None:
    text = sdn([(ETH, address(7))]).replace("<sdnList", f"{declaration}\n<sdnList", 1).replace("MUSTERMANN", "&b;")
    with pytest.raises(UsageError, match="document type declaration") as caught:
        read_list(write(tmp_path, "SDN.XML", text), Stated())
    assert caught.value.where.startswith("SDN.XML:2:")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (sdn([(ETH, address(7))])[:-30], "not well-formed XML"),
        ("<sdnList>&undeclared;</sdnList>", "not well-formed XML"),
        ("<html><body/></html>", "none of OFAC's"),
        ("<sdnList/>", "holds no address"),
        ("<sdnList>" + "<a>" * 100 + "</a>" * 100 + "</sdnList>", "nested deeper"),
        ("<sdnList><a>" + "x" * 200_000 + "</a></sdnList>", "more than 100000 characters"),
        ('<?xml version="1.0" encoding="no-such-encoding"?><sdnList/>', "XML"),
        ("<sdnList>\x00</sdnList>", "not well-formed XML"),
        ("<", "not well-formed XML"),
    ],
)
def test_xml_that_is_no_list_is_refused(tmp_path: Path, text: str, what: str) -> None:
    with pytest.raises(UsageError, match=what):
        read_list(write(tmp_path, "a.xml", text), Stated())


def test_a_format_that_was_asked_for_is_not_another(tmp_path: Path) -> None:
    path = write(tmp_path, "a.xml", sdn([(ETH, address(7))]))
    with pytest.raises(UsageError, match="the file is ofac-sdn-xml, not ofac-advanced-xml"):
        read_list(path, Stated(format="ofac-advanced-xml"))
    with pytest.raises(UsageError, match="no such format"):
        read_list(path, Stated(format="xlsx"))


_READ = """
import sys
from pathlib import Path
from scanner.lists.read import Stated, read_list
found = read_list(Path(sys.argv[1]), Stated())
# Not ru_maxrss, which remembers the process that this one was forked from.
print(len(found.entries), next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def test_a_large_file_is_read_in_little_memory(tmp_path: Path) -> None:
    """Most of it is about parties without any address, as in OFAC's own: what is held does not grow with the file."""
    head, _, tail = sdn([(ETH, address(7))]).partition("  <sdnEntry>\n    <uid>1")
    party = "  <sdnEntry><uid>5</uid><lastName>" + "N" * 400 + "</lastName><addressList>" + "<city>x</city>" * 40
    party += "</addressList></sdnEntry>\n"
    path = tmp_path / "SDN.XML"
    with path.open("w", encoding="utf-8") as file:
        file.write(head)
        for _ in range(30_000_000 // len(party)):
            file.write(party)
        file.write("  <sdnEntry>\n    <uid>1" + tail)
    assert path.stat().st_size > 29_000_000
    done = subprocess.run([sys.executable, "-c", _READ, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    entries, most = (int(one) for one in done.stdout.split())
    assert entries == 1
    assert most < 120_000, f"{most} KiB"
