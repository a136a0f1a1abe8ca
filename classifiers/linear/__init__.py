"""The linear model: training, calibration, scoring and its explanation."""
