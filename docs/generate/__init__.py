"""Generate the reference pages, the settings template and the architecture picture."""
