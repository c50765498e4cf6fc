"""What the command runs: training, measuring, calibration, export."""
