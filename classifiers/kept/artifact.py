"""Write and read the two files of a model: arrays without pickle and a readable header.

`ID.npz` (arrays) is written before `ID.json` (header), each under another name first, so that a
half-written model is never found.
"""

import hashlib
import io
import json
import math
import tokenize
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.errors import DamagedModelError
from classifiers.kept.arrays_file import MOST_BYTES, read_arrays
from classifiers.kept.beside_arrays import arrays_beside, members_beside, restore_beside
from classifiers.kept.golden_papers import (
    PROBABILITIES,
    TEXTS,
    as_arrays,
    check_golden,
    from_arrays,
)
from classifiers.kept.header_file import StoredHeader, check_fit, read_header
from classifiers.linear.calibration import Calibration, FacetCalibration
from classifiers.linear.header import ModelHeader
from classifiers.linear.model import Model
from classifiers.linear.targets import outputs
from classifiers.representations.base import Arrays
from classifiers.representations.names import TFIDF
from classifiers.representations.tfidf import TextFeatures
from config.files import put_in_place
from config.taxonomy import Taxonomy
from config.zip_errors import UNREADABLE_ZIP

#: modification time of every member of an .npz, so that the same model has the same bytes
_EPOCH = (1980, 1, 1, 0, 0, 0)

_NAMES = (
    "terms", "idf", "weights", "intercepts", "scope", "facets", "shift", TEXTS, PROBABILITIES,
)  # fmt: skip
#: file name -> array; others are read only if they are of a representation that the header names
_MEMBERS = {f"{name}.npy": name for name in _NAMES}
#: numpy parses headers as Python text, and passes the parsers' errors on
_UNREADABLE = (
    *UNREADABLE_ZIP, ArithmeticError, LookupError, MemoryError, OSError, SyntaxError, TypeError,
    tokenize.TokenError,
)  # fmt: skip


def save(model: Model, directory: Path) -> Path:
    """Write the model and return the path of its header.

    Saving the same model again writes the same bytes.
    """
    directory.mkdir(parents=True, exist_ok=True)
    arrays = _packed(_arrays(model))
    header = {**asdict(model.header), "sha256": hashlib.sha256(arrays).hexdigest()}
    text = json.dumps(header, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    put_in_place(directory / f"{model.model_id}.npz", arrays)
    path = directory / f"{model.model_id}.json"
    put_in_place(path, text.encode())
    return path


def load(path: Path, taxonomy: Taxonomy) -> Model:
    """Return the model of a header file.

    Raises:
        NoModelError: the file does not exist.
        DamagedModelError: a checksum, a shape or a number is wrong.
        UnfitModelError: made for another taxonomy, format, scikit-learn or representation, or it
            scores its golden papers otherwise here.
    """
    stored = read_header(path)
    check_fit(stored.header, taxonomy)
    return restore(stored, taxonomy)


def restore(stored: StoredHeader, taxonomy: Taxonomy) -> Model:
    """Return the model of a header that was read and checked.

    Raises:
        DamagedModelError: a checksum, a shape or a number is wrong.
        UnfitModelError: a representation has another version here, or the model scores its golden
            papers otherwise.
    """
    return restore_from(read_arrays(stored), stored, taxonomy)


def restore_from(content: bytes, stored: StoredHeader, taxonomy: Taxonomy) -> Model:
    """Return the model of a checked header and the content of its file of arrays.

    Raises:
        DamagedModelError: a checksum, a shape or a number is wrong.
        UnfitModelError: see `restore`.
    """
    model = _restored(stored.header, _unpacked(content, stored), taxonomy)
    check_golden(model)
    return model


def _arrays(model: Model) -> Arrays:
    found = model.calibration
    names = [facet.name for facet in model.taxonomy.facets]
    rows = [found.facets[name] for name in names]
    return {
        **model.features.arrays(),
        "weights": model.weights,
        "intercepts": model.intercepts,
        "scope": np.asarray(found.scope),
        "facets": np.asarray(
            [[r.slope, r.intercept, r.temperature, r.alone, r.threshold] for r in rows]
        ),
        "shift": found.shift,
        **as_arrays(model.golden),
        **{name: array for each in model.beside for name, array in arrays_beside(each).items()},
    }


def _packed(arrays: Arrays) -> bytes:
    """Return the bytes of an .npz; numpy's own writer stores the time of writing."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=_EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return buffer.getvalue()


def _unpacked(content: bytes, stored: StoredHeader) -> Arrays:
    path = stored.path.with_suffix(".npz")
    if hashlib.sha256(content).hexdigest() != stored.sha256:
        raise DamagedModelError(f"The model file {path} does not have the checksum it was given.")
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = _MEMBERS | members_beside(stored.header, archive.namelist())
            members = [info for info in archive.infolist() if info.filename in names]
            if sum(info.file_size for info in members) > MOST_BYTES:
                raise ValueError(f"its arrays have more than {MOST_BYTES} bytes")
            return {names[info.filename]: _array(archive, info) for info in members}
    except _UNREADABLE as error:
        raise DamagedModelError(f"The model file {path} cannot be read ({error}).") from error


def _array(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> npt.NDArray[Any]:
    """Return one array, allocated only if its header fits the size of its member."""
    with archive.open(info) as member:
        if np.lib.format.read_magic(member) != (1, 0):
            raise ValueError(f"{info.filename} is not an array of format 1.0")
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
        promised = math.prod(shape) * dtype.itemsize
        if dtype.hasobject or min(shape, default=0) < 0:
            raise ValueError(f"{info.filename} does not hold numbers")
        if promised != info.file_size - member.tell():
            raise ValueError(f"the header of {info.filename} does not fit its size")
    with archive.open(info) as member:
        array: npt.NDArray[Any] = np.lib.format.read_array(member, allow_pickle=False)
        return array


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
                    f"Model {header.model_id}: the array {name!r} has a wrong shape or content."
                )
        width = 1 + sum(len(facet.labels) for facet in taxonomy.facets) + len(taxonomy.sections)
        golden = from_arrays(arrays, width)
    except (KeyError, AttributeError, ValueError) as error:
        # AttributeError: a member that is not an array
        raise DamagedModelError(f"Model {header.model_id} is incomplete ({error}).") from error
    facets = {
        name: FacetCalibration(*(float(number) for number in row))
        for name, row in zip(names, arrays["facets"], strict=True)
    }
    slope, intercept = (float(number) for number in arrays["scope"])
    calibration = Calibration((slope, intercept), facets, arrays["shift"], header.metrics)
    features = TextFeatures(int(header.settings.get("max_terms", len(terms))))
    features.load(arrays)
    return Model(
        header,
        taxonomy,
        features,
        arrays["weights"],
        arrays["intercepts"],
        calibration,
        golden,
        tuple(
            restore_beside(name, header, arrays, len(every))
            for name in header.representations
            if name != TFIDF
        ),
    )
