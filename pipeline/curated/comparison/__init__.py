"""The words of titles and the names of authors, compared for `agreement`."""
