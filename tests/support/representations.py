"""A package of another project with representations, found by its entry points."""

import subprocess
import sys
from pathlib import Path

import pytest

_MODULE = '''
import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer


class Signs:
    """How often a text has each of three signs, which are no words."""

    name = "signs"
    version = "1"

    def fit(self, texts):
        self.scale = np.float32(1.0)
        return self

    def transform(self, texts):
        rows = [[text.count(sign) > 0 for sign in "!?;"] for text in texts]
        return np.asarray(rows, dtype=np.float32).reshape(-1, 3) * self.scale

    def arrays(self):
        return {"weights": np.asarray([self.scale])}

    def load(self, arrays):
        self.scale = arrays["weights"][0]
        return self


class Letters:
    """Hashed pairs of characters, by scikit-learn alone."""

    name = "letters"
    version = "1"

    def __init__(self):
        self.counter = HashingVectorizer(analyzer="char", ngram_range=(2, 2), n_features=512)

    def fit(self, texts):
        return self

    def transform(self, texts):
        return self.counter.transform([*texts, ""])[:-1]

    def arrays(self):
        return {}

    def load(self, arrays):
        return self


class Objects(Signs):
    name = "objects"

    def arrays(self):
        return {"scale": np.asarray([self])}


class Misnamed(Letters):
    name = "another"


class Broken(Letters):
    name = "broken"

    def transform(self, texts):
        raise ValueError("no vowels")


class Ragged(Letters):
    name = "ragged"

    def transform(self, texts):
        return np.ones((3, 2))


class Unknown:
    pass
'''
NAMES = {
    "signs": "Signs", "letters": "Letters", "misnamed": "Misnamed", "broken": "Broken",
    "ragged": "Ragged", "unknown": "Unknown", "gone": "Gone", "objects": "Objects",
}  # fmt: skip


def install(folder: Path, patched: pytest.MonkeyPatch, module: str = "foreign_signs") -> Path:
    """Put the package on the path and return its module's file."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{module}.py"
    file.write_text(_MODULE, "utf-8")
    facts = folder / f"{module}-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    points = "".join(f"{name} = {module}:{kind}\n" for name, kind in NAMES.items())
    (facts / "entry_points.txt").write_text(f"[living_survey.representations]\n{points}")
    patched.syspath_prepend(folder)
    return file


def install_by_pip(source: Path, site: Path) -> Path:
    """Build the package as a wheel, let pip install it into a directory, and return that."""
    source.mkdir()
    (source / "foreign_signs.py").write_text(_MODULE, "utf-8")
    points = "".join(f'{name} = "foreign_signs:{kind}"\n' for name, kind in NAMES.items())
    (source / "pyproject.toml").write_text(
        "[build-system]\n"
        'requires = ["hatchling"]\n'
        'build-backend = "hatchling.build"\n\n'
        "[project]\n"
        'name = "foreign-signs"\n'
        'version = "1.0"\n\n'
        '[project.entry-points."living_survey.representations"]\n'
        f"{points}\n"
        "[tool.hatch.build.targets.wheel]\n"
        'include = ["foreign_signs.py"]\n',
        "utf-8",
    )
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(site)]
    subprocess.run([*pip, *offline, str(source)], check=True, capture_output=True)
    return site
