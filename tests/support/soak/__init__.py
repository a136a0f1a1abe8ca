"""Sixty days of a survey in accelerated time."""
