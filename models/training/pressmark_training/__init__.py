"""Training recipe of the pressmark-news bundle."""

__version__ = "0.1.0"
