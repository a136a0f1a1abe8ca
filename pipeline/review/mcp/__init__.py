"""A server of the Model Context Protocol that only reads, over the functions of the JSON API."""
