#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""guide_pages.py CHECK: what is wrong with the guide's pages, a line each; nothing where all is well."""
import pathlib
import re
import sys
import xml.etree.ElementTree as ET

ROOT = pathlib.Path(__file__).resolve().parents[2]
GUIDE = ROOT / "doc" / "guide"
ELEMENTS = set(
    "html head meta title link body header nav main footer h1 h2 h3 p ul ol li dl dt dd a strong em code pre "
    "figure figcaption img table thead tbody tr th td".split())
ATTRIBUTES = set("lang charset name content rel href id class src alt width height colspan scope".split())


def pages():
    for path in sorted(GUIDE.glob("*.html")):
        yield path.name, ET.parse(path).getroot()


def text_of(element):
    return "".join(element.itertext())


def elements():
    """Plain pages: no scripts, no styles of their own, nothing that a text browser can't show."""
    for name, page in pages():
        for element in page.iter():
            if element.tag not in ELEMENTS:
                yield f"{name}: <{element.tag}>"
            for attribute in set(element.attrib) - ATTRIBUTES:
                yield f"{name}: {attribute} in <{element.tag}>"
            if element.tag == "img" and not element.get("alt"):
                yield f"{name}: an image without a text"
        if page.get("lang") != "en" or len(page.findall(".//title")) != 1 or len(page.findall(".//h1")) != 1:
            yield f"{name}: a page has a language, a title and one heading of the first rank"


def links():
    """Each leads to something that is installed with the pages, and to a place that exists in it."""
    ids = {name: [e.get("id") for e in page.iter() if e.get("id")] for name, page in pages()}
    reached = {"index.html"}
    for name, page in pages():
        yield from (f"{name}: #{one} twice" for one in set(ids[name]) if ids[name].count(one) > 1)
        for element in page.iter():
            target = element.get("href", element.get("src"))
            if target is None:
                continue
            file, _, place = target.partition("#")
            file = file or name
            reached.add(file)
            if ":" in target or not (GUIDE / file).is_file() or place and place not in ids.get(file, []):
                yield f"{name}: {target}"
    for path in sorted(GUIDE.rglob("*")):
        file = str(path.relative_to(GUIDE))
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".mk" and file not in reached:
            yield f"{file}: no page leads there"


def code():
    """Each <pre> is lines of the file that the figure's caption names."""
    for name, page in pages():
        figures = [f for f in page.iter("figure") if f.find("pre") is not None]
        if len(figures) != len(list(page.iter("pre"))):
            yield f"{name}: <pre> outside of a figure with a caption"
        for figure in figures:
            file = text_of(figure.find("figcaption")).removeprefix("part of ")
            path = (GUIDE if file.startswith("code/") else ROOT) / file
            shown = text_of(figure.find("pre"))
            if not path.is_file() or not shown.strip() or f"\n{shown}\n" not in f"\n{path.read_text()}\n":
                yield f"{name}: not in {file}: {shown[:60]!r}"


def names():
    """What is named like a function or a constant is one. (In code the compiler sees to it.)"""
    headers = "".join(path.read_text() for path in (ROOT / "libhttp").glob("*.h"))
    headers += (ROOT / "libhttp" / "base" / "limits.h").read_text()
    for name, page in pages():
        for pre in page.iter("pre"):
            pre.text = ""
        for word in sorted(set(re.findall(r"\b(?:libhttp_|LIBHTTP_|LIMIT_)\w+", text_of(page)))):
            if not re.search(rf"\b{word}\b", headers):
                yield f"{name}: {word}"


def listed():
    """What is in the folder is what is installed."""
    there = {str(p.relative_to(ROOT)) for p in GUIDE.rglob("*") if p.is_file() and p.name != "local.mk"}
    told = set(re.findall(r"doc/guide/[\w./-]+", (GUIDE / "local.mk").read_text())) - {"doc/guide/local.mk"}
    yield from sorted(there ^ told)


def numbers():
    """Not a check: each constant in a table with its number, for one that compiles."""
    for _, page in pages():
        for row in page.iter("tr"):
            cells = row.findall("td")
            if cells and cells[-1].get("class") == "number":
                yield f"{text_of(cells[-2])} {text_of(cells[-1])}"


for line in globals()[sys.argv[1]]():
    print(line)
