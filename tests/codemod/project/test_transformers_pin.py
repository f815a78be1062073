from __future__ import annotations

from pathlib import Path

import pytest

from raylift.project import transformers_pin as pins


@pytest.mark.parametrize(
    ("text", "generation"),
    [
        ("transformers==4.46.0", 4),
        ("transformers[torch]==5.1\n", 5),
        ('dependencies = ["transformers>=4.40,<5"]', None),
        ('dependencies = ["transformers<5"]', 4),
        ("transformers ~= 4.40", 4),
        ("transformers<=4.57", 4),
        ("transformers>=4.40", None),
        ("sentence-transformers==3.0", None),
        ("# transformers==4.1", None),
        ("transformers==3.0", 4),
        ('"torch", "transformers===4.50"', 4),
        ("", None),
    ],
)
def test_a_requirement_settles_the_generation_or_not(text: str, generation: int | None) -> None:
    assert pins.generation_in(text) == generation


def test_the_nearest_pin_of_the_project_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pins, "_installed", lambda: None)
    (tmp_path / "pyproject.toml").write_text('dependencies = ["transformers==4.46"]')
    (tmp_path / "a/b").mkdir(parents=True)
    assert pins.transformers_generation(str(tmp_path / "a/b")) == 4
    (tmp_path / "a/requirements.txt").write_text("transformers==5.0")
    assert pins.transformers_generation(str(tmp_path / "a/b")) == 5


def test_without_a_pin_it_is_what_is_installed_else_the_newest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "top/.git").mkdir(parents=True)
    monkeypatch.setattr(pins.sys, "path", [str(tmp_path)])
    assert pins.transformers_generation(str(tmp_path / "top")) == pins.NEWEST
    (tmp_path / "transformers-4.50.0.dist-info").mkdir()
    assert pins.transformers_generation(str(tmp_path / "top")) == 4


@pytest.mark.parametrize(
    ("text", "release"),
    [
        ("trl==0.12.1", (0, 12)),
        ('dependencies = ["trl[peft]>=0.9,<0.13"]', (0, 12)),
        ("trl<1", (0, pins.ANY_MINOR)),
        ("trl <= 0.11, >0.8", (0, 11)),
        ("trl~=0.15.2", (0, 15)),
        ("trl~=0.15", (0, pins.ANY_MINOR)),
        ("trl<0.15.2", (0, 15)),
        ("trl==0.9.*", (0, 9)),
        ("trl>=0.9", None),
        ("trl", None),
        ("ctrl==3.0", None),
        ("# trl==0.12", None),
    ],
)
def test_a_requirement_settles_the_newest_release_that_it_allows(text: str, release: tuple[int, int] | None) -> None:
    assert pins.release_pinned(text, "trl") == release


def test_a_package_is_found_under_both_of_its_spellings() -> None:
    assert pins.release_pinned("sentence-transformers==3.1", "sentence_transformers") == (3, 1)
    assert pins.release_pinned("sentence-transformers==3.1", "transformers") is None


def test_releases_are_those_that_are_pinned_else_those_that_are_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins.sys, "path", [str(tmp_path)])
    (tmp_path / "peft-0.10.0.dist-info").mkdir()
    (tmp_path / "trl-1.16.0.dist-info").mkdir()
    (tmp_path / "here").mkdir()
    (tmp_path / "here/setup.py").write_text("install_requires=['trl==0.12']")
    assert pins.library_releases(str(tmp_path / "here")) == (("trl", (0, 12)), ("peft", (0, 10)))


@pytest.mark.parametrize(
    ("name", "text", "version", "release"),
    [
        ("pyproject.toml", '[project]\nname = "trl"\nversion = "1.10.0.dev0"\n', "", (1, 10)),
        ("pyproject.toml", '[project]\nname = "trl"\ndynamic = ["version"]\n', "1.9.2\n", (1, 9)),
        ("setup.py", 'setup(\n    name="trl",\n    version="0.12.1",\n)\n', "", (0, 12)),
        ("pyproject.toml", '[project]\nname = "my-trl"\nversion = "1.10"\n', "", (2, 0)),
        ("pyproject.toml", '[project]\nname = "trl"\ndynamic = ["version"]\n', "", (2, 0)),
    ],
)
def test_a_library_s_own_project_is_of_the_release_that_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, version: str, release: tuple[int, int]
) -> None:
    monkeypatch.setattr(pins, "_installed_release", lambda package: (2, 0) if package == "trl" else None)
    (tmp_path / name).write_text(text)
    (tmp_path / "VERSION").write_text(version)
    assert pins.library_releases(str(tmp_path)) == (("trl", release),)
