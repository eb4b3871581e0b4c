from forecast_cli import errors
from forecast_cli.errors import UserError

EXIT_CODES = {
    "ConfigError": 2,
    "DataError": 1,
    "CheckpointError": 1,
    "TrainingError": 1,
    "OutputError": 1,
    "MemoryLimitError": 1,
    "MissingExtraError": 1,
    "EngineError": 1,
    "SkillError": 3,
}


def test_every_fault_of_the_user_has_the_exit_code_of_the_contract() -> None:
    found = {cls.__name__: cls.exit_code for cls in UserError.__subclasses__()}
    assert found == EXIT_CODES
    assert UserError.exit_code == 1


def test_every_error_class_is_a_fault_that_the_user_can_mend() -> None:
    classes = [value for value in vars(errors).values() if isinstance(value, type)]
    raised = [cls for cls in classes if issubclass(cls, Exception)]
    assert len(raised) == len(EXIT_CODES) + 1
    assert all(issubclass(cls, UserError) for cls in raised)
