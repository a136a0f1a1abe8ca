"""The classifier in use, before it is loaded here or in another process."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifiers.errors import NoModelError
from classifiers.kept.arrays_file import read_arrays
from classifiers.kept.header_file import StoredHeader
from classifiers.kept.packed import PackedModel
from classifiers.types import Classifier
from config.taxonomy import Taxonomy

if TYPE_CHECKING:
    from classifiers.linear.model import Model


@dataclass(frozen=True, slots=True)
class CurrentModel:
    """The classifier in use, checked by its header and not loaded yet."""

    #: under which its predictions are stored
    model_id: str
    taxonomy: Taxonomy
    #: None: the cue words, because no model was trained
    stored: StoredHeader | None

    @property
    def is_trained(self) -> bool:
        """Whether it is a trained model and not the cue words."""
        return self.stored is not None

    def load(self) -> Classifier:
        """Load the model; before the first training, return the cue words.

        Raises:
            DamagedModelError: the arrays are missing or damaged.
        """
        return self.packed().load()

    def packed(self) -> PackedModel:
        """Read the model for another process, which loads it.

        Raises:
            DamagedModelError: the arrays are missing or cannot be read.
        """
        if self.stored is None:
            return PackedModel(self.model_id, self.taxonomy)
        return PackedModel(self.model_id, self.taxonomy, self.stored, read_arrays(self.stored))

    def load_model(self) -> "Model":
        """Load the trained model.

        Raises:
            NoModelError: no model was trained.
            DamagedModelError: the arrays are missing or damaged.
        """
        # Two seconds of scikit-learn, which most commands do not need.
        from classifiers.kept import artifact  # noqa: PLC0415

        if self.stored is None:
            raise NoModelError("No model was trained yet.")
        return artifact.restore(self.stored, self.taxonomy)
