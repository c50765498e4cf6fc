"""Many documents: in order, in bounded memory, on threads, interrupted, in other processes."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
import threading
import time
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest
from conftest import TEXTS

import pressmark


def numbered(count):
    for i in range(count):
        yield {"id": str(i), "text": f"{TEXTS[i % 3]} That was note {i} of the day."}


def test_rows_come_in_order_one_for_each_input(press):
    rows = list(press.annotate_many(numbered(300), batch=7))
    assert [row.id for row in rows] == [str(i) for i in range(300)]
    assert [row.source.record for row in rows] == list(range(300))


def test_duplicates_and_ids_are_told_within_one_call(press):
    text = TEXTS[0] + " " + TEXTS[1]
    rows = list(press.annotate_many([{"id": "a", "text": text}, {"id": "a", "text": text}]))
    assert rows[0].id != rows[1].id and rows[1].duplicate_of == rows[0].id
    assert [row.id for row in press.annotate_many([{"id": "a", "text": text}])] == ["a"]


def test_inputs_are_not_read_far_ahead(press):
    taken = 0

    def endless():
        nonlocal taken
        while True:
            taken += 1
            yield f"{TEXTS[0]} Note {taken}."

    rows = press.annotate_many(endless(), batch=16)
    assert taken == 0
    for _ in range(5):
        next(rows)
    time.sleep(0.5)
    assert taken < 2000
    rows.close()
    with pytest.raises(StopIteration):
        next(rows)


def test_a_slow_source_gets_its_rows_as_they_are_ready(press):
    seen = []

    def slow():
        for text in TEXTS[:3]:
            yield text
            deadline = time.monotonic() + 20
            while len(seen) + 1 < 1 and time.monotonic() < deadline:
                time.sleep(0.01)

    for row in press.annotate_many(slow(), batch=1):
        seen.append(row.id)
    assert len(seen) == 3


def test_what_the_source_raises_comes_after_the_rows_before_it(press):
    def broken():
        yield TEXTS[0]
        yield TEXTS[1]
        raise OSError("the disk is gone")

    rows = []
    with pytest.raises(OSError, match="the disk is gone"):
        for row in press.annotate_many(broken()):
            rows.append(row)
    assert len(rows) == 2


def test_a_wrong_item_is_an_error_and_so_is_one_text(press):
    with pytest.raises(TypeError, match="annotate_files"):
        list(press.annotate_many([TEXTS[0], 7]))
    with pytest.raises(TypeError, match="annotate_files"):
        press.annotate_many(TEXTS[0])
    with pytest.raises(TypeError):
        press.annotate(None)
    with pytest.raises(ValueError, match="batch"):
        press.annotate_many(TEXTS, batch=0)


def test_threads_share_one_annotator_and_other_threads_go_on_meanwhile(press):
    expected = [press.annotate(text).to_json() for text in TEXTS[:3]]
    with ThreadPoolExecutor(4) as pool:
        rows = list(pool.map(lambda i: press.annotate(TEXTS[i % 3]).to_json(), range(40)))
    assert rows == [expected[i % 3] for i in range(40)]

    # While one long text is annotated, this thread counts: it could not if the interpreter were locked.
    done = threading.Event()

    def work():
        press.annotate(" ".join(f"{TEXTS[0]} Note {i}." for i in range(400)))
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    turns = 0
    while not done.wait(0.001):
        turns += 1
    thread.join()
    assert turns > 10


# One text that takes seconds: the signal comes while its row is waited for.
INTERRUPTED = """
import os, signal, threading
import pressmark
press = pressmark.Annotator()
note = "The mayor of Lisbon closed the bridge on Monday. “It is not safe,” she said. Note {}. "
rows = press.annotate_many(["".join(map(note.format, range(30000)))])
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
try:
    next(rows)
except KeyboardInterrupt:
    print("interrupted", next(rows, "and closed"))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are sent as POSIX has it")
def test_ctrl_c_ends_the_rows():
    # A new process: whoever runs the tests may ignore the signal, and children inherit that.
    restore = lambda: signal.signal(signal.SIGINT, signal.default_int_handler)  # noqa: E731
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED], capture_output=True, text=True, timeout=120, preexec_fn=restore
    )
    assert done.stdout == "interrupted and closed\n", done.stderr


def annotated_elsewhere(press_and_text):
    press, text = press_and_text
    return press.annotate(text).to_json()


def test_an_annotator_goes_to_other_processes(press):
    assert pickle.loads(pickle.dumps(press)).annotate(TEXTS[0]) == press.annotate(TEXTS[0])
    for method in {"spawn", "fork"} & set(multiprocessing.get_all_start_methods()):
        with warnings.catch_warnings():
            # Python warns of forks beside threads in general.
            warnings.simplefilter("ignore", DeprecationWarning)
            with multiprocessing.get_context(method).Pool(1) as pool:
                assert pool.map(annotated_elsewhere, [(press, TEXTS[0])]) == [press.annotate(TEXTS[0]).to_json()]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_rows_that_a_fork_left_behind_are_a_clear_error(press):
    rows = press.annotate_many(numbered(500), progress=False)
    next(rows)
    code = "0"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            for _ in rows:
                pass
        except pressmark.PressmarkError as error:
            code = "7" if "fork" in str(error) else "1"
        os._exit(int(code))
    _, status = os.waitpid(child, 0)
    rows.close()
    assert os.waitstatus_to_exitcode(status) == 7


def test_files_that_give_no_document_are_told(press, tmp_path):
    (tmp_path / "a.txt").write_text(TEXTS[0], encoding="utf-8")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7")
    with pytest.warns(pressmark.PressmarkWarning, match="b.pdf"):
        rows = list(press.annotate_files(tmp_path))
    assert [row.source.path for row in rows] == [str(tmp_path / "a.txt")]


def test_progress_is_counted_on_a_terminal_only(press, capsys):
    assert len(list(press.annotate_many(TEXTS, progress=True))) == len(TEXTS)
    assert capsys.readouterr().err == ""
