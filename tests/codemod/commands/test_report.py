from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.codemod.conftest import REFUSED, TRAINS, UNRELATED
from tests.conftest import Raylift

pytestmark = pytest.mark.usefixtures("stand_in")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SOURCES = {
    "lifted.py": TRAINS + b"# </td><script>alert(1)</script>\n",
    "refused<b>.py": REFUSED,
    "failed.py": b"import transformers\nif (",
    "nothing.py": b"import transformers\n",
    "unrelated.py": UNRELATED,
}


@pytest.fixture
def page(tmp_path: Path, raylift: Raylift, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scripts").mkdir()
    for name, source in SOURCES.items():
        (tmp_path / "scripts" / name).write_bytes(source)
    run = raylift("report", "scripts", "-o", "page.html")
    assert (run.code, run.err) == (0, "raylift: wrote page.html\n")
    return tmp_path / "page.html"


def test_the_page_holds_every_outcome_and_no_foreign_markup(page: Path) -> None:
    text = page.read_text()
    assert re.findall(r'data-kind="(\w+)"', text) == ["lifted", "refused", "failed", "alone"]
    assert "1 would be lifted, 1 needs a hand, 1 failed, 2 left alone of 5 files" in text
    assert "<script>alert" not in text
    assert "refused<b>.py" not in text
    assert "refused&lt;b&gt;.py" in text
    assert "RL301: hyperparameter_search" in text
    assert "do it by hand" in text


def test_the_page_needs_no_network(page: Path) -> None:
    assert not re.findall(r"""(?:src|href|url|import)\s*[=(]\s*["']?(?:https?:)?//""", page.read_text())


def test_an_output_that_cannot_be_written_is_told(tmp_path: Path, raylift: Raylift) -> None:
    assert raylift("report", tmp_path, "-o", tmp_path).code == 2


PROBE = """<script>
const seen = () => files.filter(file => !file.hidden).map(file => file.dataset.kind).join("+") || "none";
const said = [seen()];
buttons[3].click(); said.push(seen());
search.value = "rl301 HAND"; search.dispatchEvent(new Event("input")); said.push(seen());
search.value = "nowhere"; search.dispatchEvent(new Event("input")); said.push(seen());
said.push(String(document.querySelector(".none").hidden));
document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" })); said.push(seen());
document.dispatchEvent(new KeyboardEvent("keydown", { key: "j" }));
document.dispatchEvent(new KeyboardEvent("keydown", { key: "j" }));
said.push(document.activeElement.parentElement.dataset.kind);
document.dispatchEvent(new KeyboardEvent("keydown", { key: "/" })); said.push(document.activeElement.tagName);
document.title = said.join(" ");
</script>"""


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="needs chromium")
def test_filters_search_and_keys_work_in_a_browser(page: Path) -> None:
    page.write_text(page.read_text().replace("</body>", f"{PROBE}</body>"))
    command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()]
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    (title,) = re.findall(r"<title>(.*?)</title>", dom)
    everything = "lifted+refused+failed+alone"
    assert title == f"lifted+refused+failed {everything} refused none false {everything} refused INPUT"
