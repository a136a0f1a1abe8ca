"""A classifier as data that another process loads: a checked header and the bytes of the arrays."""

from dataclasses import dataclass

from classifiers.kept.header_file import StoredHeader, check_fit
from classifiers.types import Classifier
from config.taxonomy import Taxonomy


@dataclass(frozen=True, slots=True)
class PackedModel:
    """The classifier in use, read from its files and not loaded yet."""

    #: under which its predictions are stored
    model_id: str
    taxonomy: Taxonomy
    #: None: the cue words, because no model was trained
    stored: StoredHeader | None = None
    #: of the file of arrays
    content: bytes = b""

    def load(self) -> Classifier:
        """Return the classifier, checked by what is installed in this process.

        Raises:
            DamagedModelError: the arrays are damaged.
            UnfitModelError: made for another scikit-learn, or it scores its golden papers
                otherwise here.
        """
        if self.stored is None:
            from classifiers.cues import CueClassifier  # noqa: PLC0415  numpy

            return CueClassifier(self.taxonomy)
        # Two seconds of scikit-learn, which the process that only sends it does not need.
        from classifiers.kept import artifact  # noqa: PLC0415

        check_fit(self.stored.header, self.taxonomy)
        return artifact.restore_from(self.content, self.stored, self.taxonomy)
