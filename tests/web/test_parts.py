"""The parts that a page is built of: names by content, wheels, modules. No npm, no browser, no network."""

from __future__ import annotations

import hashlib
import http.server
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from polyrepl.repl.web import folders, npm_modules, wheels
from polyrepl.repl.web.assets import fetched
from polyrepl.repl.web.build import examples
from polyrepl.repl.web.headers import rules
from polyrepl.repl.web.html import index
from polyrepl.repl.web.problem import WebProblem

WEB = Path(__file__).parents[2] / "repl" / "web"


@pytest.mark.parametrize("folder", [WEB, WEB / "bundler"])
def test_packages_are_pinned_with_digests_and_without_hosts(folder: Path) -> None:
    lock = json.loads((folder / "package-lock.json").read_text())["packages"]
    wanted = json.loads((folder / "package.json").read_text())["dependencies"]
    assert lock.pop("")["dependencies"] == wanted
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert {f"node_modules/{name}" for name in wanted} <= set(lock)
    for name, about in lock.items():
        assert about["integrity"].startswith("sha512-"), name
        assert "resolved" not in about, name


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(WebProblem, match="has no web parts"):
        fetched(tmp_path, tmp_path / "kept")


# ---- names by content


def page(folder: Path, **parts: str) -> Path:
    """A folder as a build makes it."""
    folder.mkdir()
    for name, text in parts.items():
        (folder / name).mkdir()
        (folder / name / "x.mjs").write_text(text)
        folders.named(folder / name)
    (folder / "index.html").write_text(json.dumps(parts))
    return folder


def test_a_name_follows_the_content(tmp_path: Path) -> None:
    first, same, other = (
        page(tmp_path / name, app=text) for name, text in (("1", "a"), ("2", "a"), ("3", "b"))
    )
    names = [next(folder.glob("app.*")).name for folder in (first, same, other)]
    assert names[0] == names[1] != names[2]
    assert re.fullmatch(r"app\.[0-9a-f]{12}", names[0])


def test_names_of_files_count_too(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).write_text("same")
    assert folders.digest(tmp_path / "a") != folders.digest(tmp_path / "b")


def test_a_new_page_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    target = tmp_path / "page"
    folders.check(target)
    folders.publish(page(tmp_path / "1", app="a", editor="e"), target, {})
    before = {path.name for path in target.iterdir()}
    kept = next(target.glob("editor.*")).stat().st_ino
    folders.check(target)
    folders.publish(page(tmp_path / "2", app="b", editor="e"), target, {})
    after = {path.name for path in target.iterdir()}
    assert len(after) == len(before) == 4
    assert [name.split(".")[0] for name in sorted(before - after)] == ["app"]
    assert next(target.glob("editor.*")).stat().st_ino == kept, "what is the same is not written again"
    assert json.loads((target / "index.html").read_text()) == {"app": "b", "editor": "e"}
    assert set(folders.manifest(target)["parts"]) == after - {folders.MANIFEST}  # type: ignore[index]


def test_a_manifest_that_somebody_changed_removes_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "page"
    (tmp_path / "mine.txt").write_text("mine")
    folders.publish(page(tmp_path / "1", app="a"), target, {})
    about = folders.manifest(target)
    assert about is not None
    (target / folders.MANIFEST).write_text(
        json.dumps({"parts": ["../mine.txt", "..", "", 7, "/", *about["parts"]]})
    )
    folders.publish(page(tmp_path / "2", app="b"), target, {})
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert len(list(target.iterdir())) == 3


def test_folders_of_others_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(WebProblem, match="other files"):
        folders.check(tmp_path)
    with pytest.raises(WebProblem, match="no folder"):
        folders.check(tmp_path / "notes.txt")
    (tmp_path / "empty").mkdir()
    folders.check(tmp_path / "empty")
    folders.check(tmp_path / "new")


def test_equal_files_make_equal_archives(tmp_path: Path) -> None:
    made = []
    for number in (1, 2):
        folder = tmp_path / str(number)
        (folder / "sub").mkdir(parents=True)
        (folder / "sub" / "data.csv").write_text("a,b\n")
        (folder / "link").symlink_to("/etc/hostname")
        folders.archive(folder, tmp_path / f"{number}.zip")
        made.append((tmp_path / f"{number}.zip").read_bytes())
    assert made[0] == made[1]
    assert zipfile.ZipFile(tmp_path / "1.zip").namelist() == ["sub/data.csv"]


# ---- the page's HTML


def test_holes_are_filled_and_nothing_ends_a_script(tmp_path: Path) -> None:
    text = "{{policy}} {{app}} {{imports}} {{preloads}} <script>{{page}}</script>"
    made = index(text, {"app": "app.1", "editor": "editor.2"}, {"x": "x.js"}, {"text": "</script><!--\u2028"})
    assert "{{" not in made
    assert made.count("</script>") == 1
    assert "\u2028" not in made
    assert '{"imports": {"x": "./editor.2/x.js"}}' in made
    assert json.loads(made.rsplit("<script>")[-1].removesuffix("</script>")) == {
        "text": "</script><!--\u2028"
    }
    with pytest.raises(KeyError):
        index("{{other}}", {"app": "", "editor": ""}, {}, {})


def test_rules_for_static_hosts() -> None:
    said = rules(["app.0123456789ab", "files.0123456789ab.zip"]).splitlines()
    assert said[0] == "/*"
    assert "  Cross-Origin-Embedder-Policy: require-corp" in said
    assert said[said.index("/app.0123456789ab/*") + 1].endswith("immutable")
    assert said[said.index("/files.0123456789ab.zip") + 1].endswith("immutable")


def test_examples(tmp_path: Path) -> None:
    ours = examples(WEB / "playground" / "examples")
    assert len(ours) >= 5
    assert {one["language"] for one in ours} == {"lisp", "js"}
    for name in ("2_second_one.js", "1_first.lisp", "third.py", "notes.txt"):
        (tmp_path / name).write_text(name)
    found = [(one["name"], one["language"]) for one in examples(tmp_path)]
    assert found == [("first", "lisp"), ("second one", "js"), ("third", "py")]
    (tmp_path / "bad.lisp").write_bytes(b"\xff")
    with pytest.raises(WebProblem, match=r"bad\.lisp is no text"):
        examples(tmp_path)
    (tmp_path / "none").mkdir()
    with pytest.raises(WebProblem, match="has no examples"):
        examples(tmp_path / "none")


# ---- wheels


def wheel(folder: Path, name: str, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as made:
        for file, text in {f"{name}/__init__.py": f"name = {name!r}", **files}.items():
            made.writestr(file, text)
    return path


def test_a_wheel_is_unpacked(tmp_path: Path) -> None:
    files = {
        "x-1.0.data/purelib/inner.py": "1",
        "x-1.0.data/scripts/run": "2",
        "x-1.0.dist-info/METADATA": "3",
    }
    wheels.unpack(wheel(tmp_path / "w", "x", **files), tmp_path / "site")
    found = {file.relative_to(tmp_path / "site").as_posix() for file in folders.files(tmp_path / "site")}
    assert found == {"x/__init__.py", "inner.py", "x-1.0.dist-info/METADATA"}


def test_a_wheel_stays_in_its_folder(tmp_path: Path) -> None:
    with pytest.raises(WebProblem, match="outside"):
        wheels.unpack(wheel(tmp_path / "w", "x", **{"../out.py": "1"}), tmp_path / "site")
    assert not (tmp_path / "out.py").exists()
    (tmp_path / "no.whl").write_text("no")
    with pytest.raises(WebProblem, match="is no wheel"):
        wheels.unpack(tmp_path / "no.whl", tmp_path / "site")


def test_what_pip_says_becomes_names(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = {
        "numpy": "ERROR: No matching distribution found for numpy",
        "altair": "ERROR: No matching distribution found for rpds-py>=0.7 (from altair)",
        "attrs": None,
    }
    monkeypatch.setattr(wheels, "_pip", lambda names, *_: alone[names[0]])
    said = wheels._why(list(alone), "ERROR: No matching distribution found for numpy")
    assert said.splitlines()[1:3] == ["  numpy", "  rpds-py>=0.7, which altair needs"]
    assert "--wheels-from-cdn" in said
    assert "can not fetch" in wheels._why(["x"], "connection refused")
    assert "ensurepip" in wheels._why(["x"], "/python: No module named pip")


class Cdn(http.server.SimpleHTTPRequestHandler):
    asked: list[str] = []  # noqa: RUF012  (the test's own class)

    def do_GET(self) -> None:
        self.asked.append(self.path)
        super().do_GET()

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def cdn(tmp_path: Path) -> Iterator[str]:
    """A host of wheels, with a lock file beside it."""
    folder = tmp_path / "cdn"
    table = {}
    for name, needs in (
        ("big_one", ["small"]),
        ("small", []),
        ("lib", []),
        ("other", ["lib"]),
        ("far", ["other", "small"]),
        ("lost", ["gone"]),
    ):
        file = wheel(folder, name)
        kind = "shared_library" if name == "lib" else "package"
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        table[name] = {"file_name": file.name, "sha256": digest, "depends": needs, "package_type": kind}
    (tmp_path / "lock.json").write_text(json.dumps({"packages": table}))
    handler = type("Handler", (Cdn,), {"asked": []})
    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: handler(*a, directory=str(folder)))
    thread = threading.Thread(target=serving.serve_forever)
    thread.start()
    with serving:
        yield f"http://127.0.0.1:{serving.server_port}/"
        serving.shutdown()
        thread.join()


def test_wheels_of_pyodide_s_host(cdn: str, tmp_path: Path) -> None:
    def take(*names: str) -> list[str]:
        return wheels.from_cdn(list(names), tmp_path / "lock.json", cdn, tmp_path / "kept", tmp_path / "site")

    assert take("Big-One", "elsewhere") == ["elsewhere"]
    assert sorted(path.name for path in (tmp_path / "site").iterdir()) == ["big_one", "small"]
    file = tmp_path / "cdn" / "big_one-1.0-py3-none-any.whl"
    file.write_bytes(file.read_bytes() + b"more")
    assert take("big_one") == [], "it is kept, and asked for once"
    kept = next((tmp_path / "kept").rglob(file.name))
    kept.write_bytes(b"changed")
    with pytest.raises(WebProblem, match=r"not what Pyodide's lock file says"):
        take("big_one")
    fetched = sorted(path.name for path in (tmp_path / "kept").rglob("*.whl"))
    with pytest.raises(WebProblem) as told:
        take("small", "Other", "far", "lib", "big_one")
    assert str(told.value).splitlines() == [
        "shared libraries, which a page can not load:",
        "  other needs lib",
        "  far needs lib",
        "  lib is one",
        "leave out other, far, lib: what else was asked for can be had",
    ]
    with pytest.raises(WebProblem, match=r"lost needs gone, which lock\.json does not name"):
        take("lost")
    assert sorted(path.name for path in (tmp_path / "kept").rglob("*.whl")) == fetched, "nothing was fetched"
    (tmp_path / "cdn" / "small-1.0-py3-none-any.whl").unlink()
    next((tmp_path / "kept").rglob("small*")).unlink()
    with pytest.raises(WebProblem, match="can not be fetched"):
        take("small")


# ---- modules


def test_the_face_of_a_package() -> None:
    assert npm_modules._face("a", None) == 'export * from "a";\n'
    common = npm_modules._face("ms", ["default", "module.exports", "not-a-word", "parse"])
    assert common.splitlines() == [
        'export { parse } from "ms";',
        'import whole from "ms";',
        "const all = whole;",
        'export { all as default, all as "module.exports" };',
        "export {};",
    ]
    assert 'export { default } from "@a/b";' in npm_modules._face("@a/b", ["default"])


@pytest.mark.parametrize("name", ["../x", "x y", "https://example.org/x.tgz", "file:x", "-g", ""])
def test_only_names_of_packages(name: str, tmp_path: Path) -> None:
    with pytest.raises(WebProblem, match="is no package"):
        npm_modules.bundle([name], tmp_path / "npm", tmp_path)
