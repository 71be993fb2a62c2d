"""The whole site is built, strictly; every link leads somewhere, and nothing loads from afar."""

from __future__ import annotations

import http.server
import json
import re
import shutil
import subprocess
import threading
from functools import partial
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from conftest import ROOT
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from checker.cli import main
from checker.pages.render import FOLDERS

BROKEN = (
    "claim: This file is broken.\nsaid_by: {blog-2018: here}\ntset: outputs.timesteps == units\n"
)
SURPRISE = """claim: The output has one step for each unit.
said_by: {blog-2018: here}
expected: correct
test: outputs.timesteps == units
formerly: [an-earlier-name]
"""
HOSTILE = """claim: "<script>alert(1)</script> ](javascript:x) | {{ x }} { .y } ![z](http://evil.example/z.png)"
said_by: {blog-2018: "<img src=x onerror=alert(1)>"}
untestable: wording
because: "# --8<-- `<b>`"
"""
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def project(folder):
    """A fresh clone: what is in git, and nothing that was generated."""
    for name in ("mkdocs.yml", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    ignore = shutil.ignore_patterns(*FOLDERS)
    shutil.copytree(ROOT / "docs", folder / "docs", ignore=ignore)
    for name in ("claims", "overrides"):
        shutil.copytree(ROOT / name, folder / name)
    if (ROOT / ".cache" / "claims").is_dir():  # what was tried before need not be tried again
        shutil.copytree(ROOT / ".cache" / "claims", folder / ".cache" / "claims")
    (folder / "checker" / "pages").mkdir(parents=True)
    hook = folder / "checker" / "pages" / "hook.py"
    hook.symlink_to(ROOT / "checker" / "pages" / "hook.py")
    return folder


def built(folder):
    config = load_config(str(folder / "mkdocs.yml"), strict=True)
    build(config)
    return Path(config.site_dir)


@pytest.fixture(scope="session")
def clone(tmp_path_factory):
    """A clone with three claims more: a broken, an unexpected and a hostile one."""
    folder = project(tmp_path_factory.mktemp("clone"))
    question = folder / "claims" / "num-units"
    for name, content in (("broken", BROKEN), ("surprise", SURPRISE), ("hostile", HOSTILE)):
        (question / f"{name}-one.yml").write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(clone):
    return built(clone)


class Page(HTMLParser):
    """The ids, links and loaded addresses of a page."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.ids, self.links, self.loads, self.said = set(), [], [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids |= {attributes[name] for name in ("id", "name") if attributes.get(name)}
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        if tag == "meta" and attributes.get("http-equiv") == "refresh":
            self.links.append(attributes["content"].partition("url=")[2])
        followed = tag != "link" or attributes.get("rel") not in ("canonical", "prev", "next")
        if tag not in ("a", "form") and followed:
            self.loads += [attributes[n] for n in ("src", "href", "data") if attributes.get(n)]
        self.loads += re.findall(r"url\(([^)]*)\)", attributes.get("style") or "")

    def handle_data(self, data):
        self.said += data


def pages_of(folder):
    return {path: Page(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.html"))}


def target(folder, path, link):
    """The file and the anchor that a link inside the site leads to."""
    parts = urlsplit(link)
    where = unquote(parts.path)
    start = folder if where.startswith("/") else path.parent
    file = (start / where.lstrip("/")).resolve() if where else path
    return (file / "index.html" if file.is_dir() else file), unquote(parts.fragment)


def dead_links(folder):
    found, pages = [], pages_of(folder)
    for path, page in pages.items():
        for link in page.links:
            if urlsplit(link).scheme in ("http", "https", "mailto"):
                continue
            file, anchor = target(folder, path, link)
            missing = anchor and file in pages and anchor not in pages[file].ids
            if not file.is_file() or missing:
                found.append(f"{path.relative_to(folder)}: {link}")
    return found


def loads_from_elsewhere(folder):
    found = []
    for path, page in pages_of(folder).items():
        found += [f"{path.name}: {a}" for a in page.loads if re.match(r"\s*(\w+:)?//", a)]
    for path in sorted(folder.rglob("*.css")):
        text = path.read_text(encoding="utf-8")
        loaded = re.findall(r"(?:url\(|@import\s+)\s*[\"']?([^\"')\s;]+)", text)
        found += [f"{path.name}: {a}" for a in loaded if re.match(r"(https?:)?//", a)]
    return found


def test_a_fresh_clone_builds_strictly(site):
    assert (site / "index.html").is_file()
    assert (site / "claims" / "num-units-is-sequence-length" / "index.html").is_file()


def test_every_link_leads_somewhere(site):
    assert len(pages_of(site)) > 40
    assert dead_links(site) == []


def test_nothing_is_loaded_from_another_host(site):
    assert loads_from_elsewhere(site) == []


def test_a_dead_link_and_a_foreign_load_would_be_noticed(tmp_path):
    (tmp_path / "b.html").write_text('<p id="there">')
    (tmp_path / "a.html").write_text(
        '<a href="b.html#there"><a href="b.html#nowhere"><a href="c.html"><a href="https://x.y/">'
        '<script src="https://x.y/z.js"></script><link rel=stylesheet href="//x.y/z.css">'
        '<i style="background: url(https://x.y/z.png)"></i><img src="z.png">'
    )
    (tmp_path / "a.css").write_text("@import 'https://x.y/z.css'; a { background: url(z.png) }")
    assert dead_links(tmp_path) == ["a.html: b.html#nowhere", "a.html: c.html"]
    assert len(loads_from_elsewhere(tmp_path)) == 4


def test_no_generated_page_is_in_git(clone, site):
    generated = {path.parts[0] for path in (p.relative_to(clone / "docs") for p in
                 (clone / "docs").rglob("*.md")) if len(path.parts) > 1}  # fmt: skip
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert generated - {"how-to"} == set(FOLDERS)  # that one is written by hand
    assert all(f"/docs/{folder}/" in ignored for folder in FOLDERS)


def said(site, page):
    return Page(article(site, page)).said


def article(site, page):
    html = (site / page / "index.html").read_text(encoding="utf-8")
    return html[html.index("<article") : html.index("</article>")]


def test_a_broken_claim_is_marked_and_does_not_stop_the_build(site):
    assert "something in its file must be mended" in said(site, "claims/broken-one")
    assert "tset" in said(site, "claims/broken-one")
    assert "its file must be mended" in said(site, "claims")


def test_an_unexpected_claim_is_marked_and_does_not_stop_the_build(site):
    assert "Do not rely on this yet" in said(site, "claims/surprise-one")
    assert "Do not rely" not in said(site, "claims/num-units-is-sequence-length")


def test_an_earlier_address_leads_on(site):
    moved = (site / "claims" / "an-earlier-name" / "index.html").read_text(encoding="utf-8")
    assert '<meta http-equiv="refresh" content="0; url=../surprise-one/">' in moved
    assert "http-equiv" not in (site / "index.html").read_text(encoding="utf-8")


def test_hostile_words_are_only_words(site):
    html = (site / "claims" / "hostile-one" / "index.html").read_text(encoding="utf-8")
    body = article(site, "claims/hostile-one")
    assert "<script" not in body and "<img" not in body and "evil.example/" not in body
    assert "<script>alert(1)</script> ](javascript:x) | {{ x }}" in Page(body).said
    assert "alert(1)</script>" not in html[: html.index("<article")]


def test_the_home_page_has_the_answer_the_names_and_the_derived_counts(site, clone):
    home = said(site, ".")
    answer = home.index("how many numbers the hidden state")
    names = home.index("The same number under other names")
    assert answer < names < home.index("What public answers say")
    for name in ("num_units", "units", "hidden_size", "n_hidden", "features"):
        assert name in home
    found = json.loads((clone / "docs" / "claims" / "results.json").read_text(encoding="utf-8"))
    counts = re.search(r"(\d+) claims: (\d+) correct · (\d+) wrong", home)
    assert int(counts[1]) == len(found["claims"]) + len(found["broken"])
    assert int(counts[2]) == found["counts"]["correct"]


def test_the_address_of_an_answer_is_in_the_page_without_any_script(site):
    html = (site / "index.html").read_text(encoding="utf-8")
    assert 'data-address="https://stackoverflow.com/questions/37901047/' in html
    assert '<form class="find" hidden' in html


def test_a_second_build_writes_nothing_into_docs(clone, site):
    def written():
        return {p: p.stat().st_mtime_ns for p in (clone / "docs").rglob("*") if p.is_file()}

    before = written()
    built(clone)
    assert written() == before


def test_a_claim_that_is_taken_out_takes_its_page_along(clone, site):
    gone = clone / "claims" / "num-units" / "hostile-one.yml"
    text = gone.read_text(encoding="utf-8")
    gone.unlink()
    try:
        again = built(clone)
        assert not (again / "claims" / "hostile-one").exists()
        assert not (clone / "docs" / "claims" / "hostile-one.md").exists()
    finally:
        gone.write_text(text, encoding="utf-8")
        built(clone)


def test_a_dangling_link_stops_a_strict_build(tmp_path):
    folder = project(tmp_path)
    home = folder / "docs" / "index.md"
    home.write_text(home.read_text(encoding="utf-8") + "\n[x](claims/nowhere.md)\n")
    with pytest.raises(Abort):
        built(folder)


def test_a_folder_without_claims_is_an_error_in_words(tmp_path, caplog):
    folder = project(tmp_path)
    config = load_config(str(folder / "mkdocs.yml"), strict=True)
    shutil.rmtree(folder / "claims")
    with pytest.raises(Abort):
        build(config)
    assert "there must be a folder of claims" in caplog.text


def test_the_command_builds_the_same_site(clone, site, capsys):
    assert main(["site", "--claims", str(clone / "claims")]) == 0
    assert "the site is in" in capsys.readouterr().err
    assert dead_links(site) == []


# --- what a script adds


@pytest.fixture(scope="session")
def served(site):
    quiet = type("Quiet", (http.server.SimpleHTTPRequestHandler,), {"log_message": lambda *a: None})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def seen_by_a_browser(address, profile):
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
               "--disable-background-networking", "--disable-component-update", "--disable-sync",
               f"--user-data-dir={profile}", "--dump-dom", address]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=120).stdout


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium")
def test_scripts_show_the_form_and_fill_in_the_address(served, tmp_path):
    home = seen_by_a_browser(f"{served}/", tmp_path)
    assert '<form class="find">' in home
    claim = "claims/num-units-is-sequence-length/"
    page = seen_by_a_browser(f"{served}/{claim}", tmp_path)
    assert f"({served}/{claim})" in page and "(ADDRESS)" not in page
