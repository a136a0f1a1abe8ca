"""The linear model: training, calibration, scoring and explanation."""
