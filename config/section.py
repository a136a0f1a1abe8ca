"""Define what every section of the settings has in common."""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """One [section] of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
