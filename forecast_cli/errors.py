"""Errors that stop a run and that the user can mend.

Every error a user can mend is a `UserError`; the exit code belongs to its class. Only `cli` turns
them into words on a terminal. Anything else that escapes is a bug of ours (exit 70).
"""

from typing import ClassVar


class UserError(Exception):
    """A fault that the user can mend; its text says where, what was found and what to do."""

    exit_code: ClassVar[int] = 1


class ConfigError(UserError):
    """Wrong usage: an option or a combination of options that is not accepted."""

    exit_code: ClassVar[int] = 2


class DataError(UserError):
    """The data cannot be read, or cannot be read in one way only."""


class CheckpointError(UserError):
    """The checkpoint is missing, damaged, foreign, or does not fit the data."""


class TrainingError(UserError):
    """Training cannot go on, for instance because the loss is not finite."""


class OutputError(UserError):
    """A result cannot be written."""


class MemoryLimitError(UserError):
    """The process may not use as much memory as the work takes."""


class MissingExtraError(UserError):
    """A command needs an optional dependency that is not installed."""


class EngineError(UserError):
    """The machines that are to do the work cannot be reached, or are lost again and again."""


class SkillError(UserError):
    """The backtest skill is below what `--min-skill` asks for."""

    exit_code: ClassVar[int] = 3
