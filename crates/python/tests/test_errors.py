"""Errors are exceptions, in the words of the command."""

import subprocess

import pytest
from conftest import command

import pressmark


def said(*args: str) -> str:
    done = subprocess.run([command(), *args], input=b"", capture_output=True, check=False)
    assert done.returncode == 2
    return done.stderr.decode()


def test_a_model_that_is_not_there(tmp_path):
    with pytest.raises(pressmark.ModelError) as error:
        pressmark.Annotator(tmp_path / "nowhere")
    assert str(error.value) in said("annotate", "-", "--model", str(tmp_path / "nowhere"))


def test_a_codebook_that_is_not_there():
    with pytest.raises(pressmark.SettingsError) as error:
        pressmark.Annotator(codebooks=["weather-frames"])
    assert str(error.value) in said("annotate", "-", "--codebook", "weather-frames")


def test_a_path_that_is_not_there(press, tmp_path):
    with pytest.raises(pressmark.InputError) as error:
        press.annotate_files(tmp_path / "nowhere")
    assert str(error.value) in said("annotate", str(tmp_path / "nowhere"))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"stages": ["nerr"]}, "ner"),
        ({"labels": "ontonotes"}, "conll03"),
        ({"precision": "f16"}, "int8"),
        ({"layers": ["names"]}, "entities"),
        ({"fields": {"body": "x"}}, "text, id"),
        ({"summary": "0%"}, "20%"),
        ({"summary": 0}, "60w"),
        ({"min_score": 1.5}, "0 to 1"),
        ({"timeout": -1}, "seconds"),
        ({"jobs": 0}, "at least 1"),
    ],
)
def test_settings_that_make_no_sense_say_what_would(settings, words):
    with pytest.raises(pressmark.SettingsError, match=words):
        pressmark.Annotator(**settings)
    # They are what such errors are elsewhere in Python, too.
    with pytest.raises(ValueError):
        pressmark.Annotator(**settings)


def test_one_name_is_no_list_of_names():
    with pytest.raises(TypeError, match="list"):
        pressmark.Annotator(stages="ner")


def test_an_input_over_the_limit():
    press = pressmark.Annotator(stages=["tokenize"], max_bytes=100)
    with pytest.raises(pressmark.InputError, match="101 bytes"):
        press.annotate("a" * 101)
    # Among many it is a row like any other, as in a run of the command.
    rows = list(press.annotate_many(["a" * 101, "The rain stopped."]))
    assert rows[0].problems[0].kind == "too_large" and rows[1].status == "ok"


def test_every_exception_is_a_pressmark_error():
    for kind in (pressmark.SettingsError, pressmark.ModelError, pressmark.InputError):
        assert issubclass(kind, pressmark.PressmarkError)


def test_exit_codes_of_the_command_come_through(tmp_path):
    assert subprocess.run([command(), "--version"], capture_output=True, check=False).returncode == 0
    assert subprocess.run([command(), "annotate"], capture_output=True, check=False).returncode == 2
    (tmp_path / "empty.txt").write_bytes(b"")
    one_failed = [command(), "annotate", str(tmp_path / "empty.txt"), "-q"]
    assert subprocess.run(one_failed, capture_output=True, check=False).returncode == 1
