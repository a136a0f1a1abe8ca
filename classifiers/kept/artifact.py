"""Models on disk: arrays without pickle, a readable header beside them. Trains and scores nothing.

A model is two files, `ID.npz` (arrays) and `ID.json` (header), the header written last and each
by renaming, so that a half-written model is never found. `current` names the model in use.
"""

import hashlib
import io
import json
import zipfile
import zlib
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.cues import CueClassifier
from classifiers.errors import DamagedModelError, NoModelError
from classifiers.kept import shelf
from classifiers.linear.calibration import Calibration, FacetCalibration
from classifiers.linear.header import ModelHeader
from classifiers.linear.model import Model
from classifiers.linear.targets import outputs
from classifiers.representations.tfidf import TextFeatures
from classifiers.types import Classifier
from config.files import put_in_place
from config.taxonomy import Taxonomy

#: every member of an .npz gets this instant, or the same model would have other bytes tomorrow
_EPOCH = (1980, 1, 1, 0, 0, 0)

Arrays = dict[str, npt.NDArray[Any]]


def save(model: Model, directory: Path, *, promote: bool = True) -> Path:
    """Write the model, make it the current one unless told otherwise, return its header's path.

    Saving the same model again writes the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    arrays = _packed(_arrays(model))
    header = {**asdict(model.header), "sha256": hashlib.sha256(arrays).hexdigest()}
    text = json.dumps(header, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    put_in_place(directory / f"{model.model_id}.npz", arrays)
    path = directory / f"{model.model_id}.json"
    put_in_place(path, text.encode())
    if promote:
        shelf.set_current(directory, model.model_id)
    return path


def load(path: Path, taxonomy: Taxonomy) -> Model:
    """Return the model of a header file, or of the current model of a directory.

    Raises:
        NoModelError: there is none.
        DamagedModelError: a checksum, a shape or a number does not hold.
        UnfitModelError: made for another taxonomy, format or scikit-learn.
    """
    if path.is_dir() or path.suffix != ".json":
        path = _current_path(path)
    header = shelf.read_header(path)
    shelf.check_fit(header, taxonomy)
    arrays = _read_arrays(path)
    return _restored(header, arrays, taxonomy)


def current(directory: Path, taxonomy: Taxonomy) -> Classifier:
    """Return the model in use; before the first training, the cue words.

    A model that is named as the one in use and is not there is refused as by `load`: the cue
    words never stand in for what was lost.
    """
    if shelf.current_id(directory) is None:
        return CueClassifier(taxonomy)
    return load(directory, taxonomy)


def _arrays(model: Model) -> Arrays:
    found = model.calibration
    names = [facet.name for facet in model.taxonomy.facets]
    rows = [found.facets[name] for name in names]
    return {
        "terms": np.frombuffer("\n".join(model.features.terms_).encode(), dtype=np.uint8),
        "idf": model.features.idf_,
        "weights": model.weights,
        "intercepts": model.intercepts,
        "scope": np.asarray(found.scope),
        "facets": np.asarray(
            [[r.slope, r.intercept, r.temperature, r.alone, r.threshold] for r in rows]
        ),
        "shift": found.shift,
    }


def _packed(arrays: Arrays) -> bytes:
    """Return the bytes of an .npz; numpy's own writer leaves the clock's reading to chance."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()


def _read_arrays(path: Path) -> Arrays:
    where = path.with_suffix(".npz")
    try:
        content = where.read_bytes()
    except FileNotFoundError as error:
        raise DamagedModelError(f"The model file {where} is missing beside its header.") from error
    except OSError as error:  # a directory, no permission
        raise DamagedModelError(f"The model file {where} cannot be read ({error}).") from error
    expected = json.loads(path.read_text("utf-8"))["sha256"]
    if hashlib.sha256(content).hexdigest() != expected:
        raise DamagedModelError(f"The model file {where} does not have the checksum it was given.")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise DamagedModelError(f"The model file {where} cannot be read ({error}).") from error


def _restored(header: ModelHeader, arrays: Arrays, taxonomy: Taxonomy) -> Model:
    every, names = outputs(taxonomy), [facet.name for facet in taxonomy.facets]
    try:
        terms = arrays["terms"].tobytes().decode().split("\n")
        shapes = {
            "idf": (len(terms),),
            "weights": (len(terms), len(every)),
            "intercepts": (len(every),),
            "scope": (2,),
            "facets": (len(names), 5),
            "shift": (len(taxonomy.sections),),
        }
        for name, shape in shapes.items():
            array = arrays[name]
            if array.shape != shape or array.dtype.kind != "f" or not np.isfinite(array).all():
                raise DamagedModelError(
                    f"Model {header.model_id}: the array {name!r} is not as it must be."
                )
    except (KeyError, AttributeError, UnicodeDecodeError) as error:
        # AttributeError: a member that is no array
        raise DamagedModelError(f"Model {header.model_id} is incomplete ({error}).") from error
    facets = {
        name: FacetCalibration(*(float(number) for number in row))
        for name, row in zip(names, arrays["facets"], strict=True)
    }
    slope, intercept = (float(number) for number in arrays["scope"])
    calibration = Calibration((slope, intercept), facets, arrays["shift"], header.metrics)
    features = TextFeatures(int(header.settings.get("max_terms", len(terms))))
    features.restore(terms, arrays["idf"])
    return Model(header, taxonomy, features, arrays["weights"], arrays["intercepts"], calibration)


def _current_path(directory: Path) -> Path:
    model_id = shelf.current_id(directory)
    if model_id is None:
        raise NoModelError(f"There is no model in {directory}.")
    return directory / f"{model_id}.json"
