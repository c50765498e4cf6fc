"""Exceptions, with the words of the command."""


class PressmarkError(Exception):
    """Why an annotator cannot be made, or a call cannot be answered.

    A document that cannot be read or annotated is no error: it keeps its row, whose ``problems`` say what was wrong.
    """


class SettingsError(PressmarkError, ValueError):
    """A setting that does not exist, does not fit the others, or names a codebook that cannot be read."""


class ModelError(PressmarkError):
    """A model that is not there, or does not hold what its manifest says."""


class InputError(PressmarkError, ValueError):
    """Input that cannot be taken at all: too long, of no known form, or a path that does not exist."""


class PressmarkWarning(UserWarning):
    """Something that the command would say on standard error: a stage left out, files passed over."""
