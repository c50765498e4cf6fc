"""Opens each export in the tool that it is for, corrects one label there, and takes the correction back.

    python tests/readers/exchange.py target/release/pressmark annotated.jsonl [TOOLS]

TOOLS is a folder with a virtual environment of each tool that has a server: `label-studio` and `doccano`. Label Studio's
server takes the project and its tasks, the correction and the export over its API; doccano's own import pipeline reads its
lines; dkpro-cassis loads the XMI with the type system and writes it again; `conllu`, `spacy`, `rdflib` and `pyld` read the
one-way formats. brat and Prodigy are not on PyPI: brat's files are read as its `annotation.py` does (offsets and words of
every span must agree), Prodigy's lines are held against what its documentation asks of tokens, spans and relations.
"""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cassis
import conllu
import rdflib
import spacy
from label_studio_sdk.client import LabelStudio
from label_studio_sdk.label_interface import LabelInterface
from pyld import jsonld
from spacy.tokens import Doc, DocBin

PROGRAM = Path(sys.argv[1]).resolve()
TOOLS = Path(sys.argv[3]) if len(sys.argv) > 3 else None
HARD = "“Le pont 🌉 tient”, a dit Élise Mar.\n\nE\u0301lise Mar 👩‍🚀 quitte Oslo 🇳🇴."


def run(*args: object) -> None:
    subprocess.run([PROGRAM, *map(str, args)], check=True, capture_output=True)


def read_rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def places(row: dict) -> list[tuple]:
    quotes = [(q["start"], q["end"], q["kind"], q["speaker"], q["speaker_start"], q["cue_start"]) for q in row["quotes"]]
    return [(e["start"], e["end"], e["label"], e["entity"]) for e in row["ents"]] + quotes


class Case:
    """One format: exported, changed by `edit`, imported, and held against the original rows."""

    def __init__(self, folder: Path, rows_file: Path, name: str) -> None:
        self.name, self.folder, self.rows_file = name, folder / name, rows_file
        self.rows = read_rows(rows_file)
        run("export", rows_file, "--to", name, "-o", self.folder)

    def back(self, *files: Path) -> list[dict]:
        out = self.folder.parent / f"{self.name}.jsonl"
        run("import", *files, "--from", self.name, "--rows", self.rows_file, "-o", out, "--overwrite")
        return read_rows(out)

    def check(self, found: list[dict], changed: int) -> None:
        """The first mention of row `changed` is a PRODUCT now; nothing else has moved."""
        assert len(found) == len(self.rows), f"{self.name}: {len(found)} rows, expected {len(self.rows)}"
        for number, (before, after) in enumerate(zip(self.rows, found)):
            wanted = places(before)
            if number == changed:
                wanted[0] = (*wanted[0][:2], "PRODUCT", wanted[0][3])
            assert after["text"] == before["text"] and places(after) == wanted, f"{self.name}: {before['id']} has moved"
        print(f"{self.name}: {len(found)} documents there and back, one label corrected")


def label_studio(case: Case, changed: int) -> None:
    tasks = json.loads((case.folder / "tasks.json").read_text(encoding="utf-8"))
    config = (case.folder / "labeling-config.xml").read_text(encoding="utf-8")
    if '"PRODUCT"' not in config:
        config = config.replace('<Label value="SPEAKER"', '<Label value="PRODUCT"/><Label value="SPEAKER"', 1)
    interface = LabelInterface(config)
    interface.validate()
    for task in tasks:
        prediction = task["predictions"][0]
        errors = interface.validate_prediction(prediction, return_errors=True)
        assert not errors, errors[:3]
        for region in prediction["result"]:
            if region["type"] == "labels":
                value = region["value"]
                assert task["data"]["text"][value["start"] : value["end"]] == value["text"]
    if TOOLS:
        with label_studio_server() as client:
            exported = corrected_by_server(client, config, tasks, changed)
    else:
        # What the server does when somebody submits a prediction.
        exported = [{**task, "annotations": [{"result": task["predictions"][0]["result"]}]} for task in tasks]
        exported[changed]["annotations"][0]["result"][0]["value"]["labels"] = ["PRODUCT"]
        assert not interface.validate_prediction(exported[changed]["annotations"][0], return_errors=True)
    path = case.folder / "project-1.json"
    path.write_text(json.dumps(exported), encoding="utf-8")
    case.check(case.back(path), changed)


def corrected_by_server(client: LabelStudio, config: str, tasks: list[dict], changed: int) -> list[dict]:
    """Every prediction submitted as it is, then the first label of one corrected: the export of the project."""
    project = client.projects.create(title="pressmark", label_config=config).id
    client.projects.import_tasks(id=project, request=tasks)
    kept = {task.data["pressmark_id"]: task for task in client.tasks.list(project=project, fields="all")}
    assert len(kept) == len(tasks), (len(kept), len(tasks))
    for number, task in enumerate(tasks):
        there = kept[task["data"]["pressmark_id"]]
        assert there.data == task["data"], f"{task['data']['pressmark_id']}: the server keeps another text"
        result = task["predictions"][0]["result"]
        assert there.predictions[0].result == result, f"{task['data']['pressmark_id']}: the server keeps other regions"
        annotation = client.annotations.create(id=there.id, result=result)
        if number == changed:
            result[0]["value"]["labels"] = ["PRODUCT"]
            client.annotations.update(id=annotation.id, result=result)
    exported = client.projects.exports.as_json(project)
    client.projects.delete(id=project)
    return exported


@contextmanager
def label_studio_server() -> Iterator[LabelStudio]:
    """Label Studio on SQLite, for the length of a `with`."""
    # The database is kept: to make one takes half a minute.
    data = TOOLS / "label-studio" / "data"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = "0123456789abcdef0123456789abcdef01234567"
    command = [TOOLS / "label-studio/bin/label-studio", "start", "--init", "--no-browser", "--enable-legacy-api-token"]
    command += ["--username", "nobody@example.org", "--password", "not-a-secret", "--user-token", token]
    command += ["--data-dir", data, "--internal-host", "127.0.0.1", "--port", str(port)]
    quiet = {"COLLECT_ANALYTICS": "False", "LATEST_VERSION_CHECK": "False", "SENTRY_DSN": "", "FRONTEND_SENTRY_DSN": ""}
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env={**os.environ, **quiet})
        try:
            url = f"http://127.0.0.1:{port}"
            deadline = time.monotonic() + 300
            while not is_up(f"{url}/health"):
                if server.poll() is not None or time.monotonic() > deadline:
                    log.seek(0)
                    raise SystemExit(f"Label Studio does not answer:\n{log.read().decode(errors='replace')[-2000:]}")
                time.sleep(0.5)
            yield LabelStudio(base_url=url, api_key=token)
        finally:
            server.terminate()
            server.wait()


def is_up(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False


DOCCANO = """
import json, os, sys, uuid
import backend
sys.path.insert(0, os.path.dirname(backend.__file__))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
import django
django.setup()
from data_import.pipeline.label import CategoryLabel, RelationLabel, SpanLabel
from data_import.pipeline.parsers import JSONLParser
for number, line in enumerate(JSONLParser().parse(sys.argv[1])):
    example = uuid.uuid4()
    spans = [SpanLabel.parse(example, entity) for entity in line["entities"]]
    relations = [RelationLabel.parse(example, relation) for relation in line["relations"]]
    cats = [CategoryLabel.parse(example, label) for label in line["cats"]]
    if number == int(sys.argv[3]):
        spans[0].label = "PRODUCT"
    # As doccano exports: what it does not know is meta data, and its own number stands under id.
    print(json.dumps({
        "id": number + 1, "text": line["text"], "pressmark_id": line["pressmark_id"], "Comments": [],
        "entities": [{"id": s.id, "label": s.label, "start_offset": s.start_offset, "end_offset": s.end_offset} for s in spans],
        "relations": [{"id": r.id, "from_id": r.from_id, "to_id": r.to_id, "type": r.type} for r in relations],
        "cats": [c.label for c in cats],
    }), file=open(sys.argv[2], "a", encoding="utf-8"))
"""


def doccano(case: Case, changed: int) -> None:
    exported = case.folder / "admin.jsonl"
    command = [TOOLS / "doccano/bin/python", "-c", DOCCANO, str(case.folder / "doccano.jsonl"), str(exported), str(changed)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    case.check(case.back(exported), changed)


def brat(case: Case, changed: int) -> None:
    annotated = sorted(case.folder.glob("*.ann"))
    assert len(annotated) == len(case.rows)
    for path in annotated:
        text = path.with_suffix(".txt").read_bytes().decode()
        for line in path.read_text(encoding="utf-8").split("\n"):
            if line.startswith("T"):
                _, body, words = line.split("\t", 2)
                fragments = [tuple(map(int, f.split())) for f in body.split(" ", 1)[1].split(";")]
                assert " ".join(text[start:end] for start, end in fragments) == words, line
    texts = {case.rows[changed]["text"]}
    path = next(p for p in annotated if p.with_suffix(".txt").read_bytes().decode() in texts)
    lines = path.read_text(encoding="utf-8").split("\n")
    identifier, body, words = lines[0].split("\t", 2)
    lines[0] = "\t".join([identifier, "PRODUCT " + body.split(" ", 1)[1], words])
    path.write_text("\n".join(lines), encoding="utf-8")
    case.check(case.back(case.folder), changed)


def cas(case: Case, changed: int) -> None:
    with open(case.folder / "TypeSystem.xml", "rb") as file:
        types = cassis.load_typesystem(file)
    texts = {case.rows[changed]["text"]}
    for path in sorted(case.folder.glob("*.xmi")):
        with open(path, "rb") as file:
            document = cassis.load_cas_from_xmi(file, typesystem=types)
        entities = document.select("de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity")
        row = next(r for r in case.rows if r["text"] == document.sofa_string)
        words = sorted(entity.get_covered_text() for entity in entities)
        assert words == sorted(row["text"][e["start"] : e["end"]] for e in row["ents"]), f"{row['id']}: other words"
        if document.sofa_string in texts:
            first = min(entities, key=lambda entity: entity.begin)
            first.value = "PRODUCT"
        document.to_xmi(path)
    case.check(case.back(case.folder), changed)


def prodigy(case: Case, changed: int) -> None:
    lines = read_rows(case.folder / "prodigy.jsonl")
    for line in lines:
        tokens = line["tokens"]
        assert all(line["text"][t["start"] : t["end"]] == t["text"] for t in tokens)
        for span in line["spans"]:
            first, last = tokens[span["token_start"]], tokens[span["token_end"]]
            assert first["start"] <= span["start"] and span["end"] <= last["end"], span
        for relation in line["relations"]:
            assert relation["head"] == relation["head_span"]["token_end"]
            assert relation["child"] == relation["child_span"]["token_end"]
        line["answer"] = "accept"
    first = lines[changed]["spans"][0]
    for relation in lines[changed]["relations"]:
        for end in (relation["head_span"], relation["child_span"]):
            if end["id"] == first["id"]:
                end["label"] = "PRODUCT"
    first["label"] = "PRODUCT"
    path = case.folder / "corrected.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    case.check(case.back(path), changed)


def gold(folder: Path, rows_file: Path, changed: int) -> None:
    """Corrections are gold data and samples: the rows against their own corrections, then a codebook fitted on them."""
    corrected = folder / "label-studio.jsonl"

    def evaluate(task: str) -> dict:
        command = [PROGRAM, "evaluate", task, corrected, "--annotated", rows_file]
        rows = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)["rows"]
        return next(row for row in rows if row["name"] in ("all", "micro"))

    mentions = sum(len(row["ents"]) for row in read_rows(rows_file))
    assert evaluate("ner")["f1"] == (mentions - 1) / mentions, evaluate("ner")
    assert evaluate("quotes")["exact f1"] == 1.0, evaluate("quotes")
    assert evaluate("frames")["f1"] == 1.0, evaluate("frames")
    fitted = folder / "fitted.toml"
    run("codebook", "fit", "--codebook", "policy-frames", corrected, "-o", fitted)
    assert "[fit]" in fitted.read_text(encoding="utf-8")
    agreed = subprocess.run([PROGRAM, "agree", corrected, rows_file, "--format", "json"], check=True, capture_output=True)
    layers = {layer["layer"]: layer["rows"][-1] for layer in json.loads(agreed.stdout)["layers"]}
    assert layers["entities"]["strict_f1"]["value"] == (mentions - 1) / mentions
    assert layers["quotations"]["gamma"]["value"] == 1.0 and layers["frames"]["kappa"]["value"] == 1.0
    print("corrections are gold for evaluate, samples for codebook fit, and a coder for agree")


def one_way(folder: Path, rows_file: Path) -> None:
    rows = read_rows(rows_file)
    for name in ("conll2003", "conllu", "spacy", "web-annotation", "gkg"):
        run("export", rows_file, "--to", name, "-o", folder / name)
    sentences = conllu.parse((folder / "conllu" / "rows.conllu").read_text(encoding="utf-8"))
    documents = [s for s in sentences if "newdoc id" in s.metadata]
    assert len(documents) == len(rows), (len(documents), len(rows))
    number = -1
    for sentence in sentences:
        number += "newdoc id" in sentence.metadata
        for token in sentence:
            start, end = int(token["misc"]["start_char"]), int(token["misc"]["end_char"])
            assert rows[number]["text"][start:end].split() == token["form"].split()
    nlp, docs = spacy.blank("xx"), DocBin(store_user_data=True)
    for line, row in zip(read_rows(folder / "spacy" / "spacy.jsonl"), rows):
        doc = Doc(nlp.vocab).from_json(line)
        assert [(e.start_char, e.end_char, e.label_) for e in doc.ents] == [tuple(p[:3]) for p in places(row)[: len(row["ents"])]]
        assert len(doc.spans["quotations"]) == len(row["quotes"])
        docs.add(doc)
    assert len(list(DocBin().from_bytes(docs.to_bytes()).get_docs(nlp.vocab))) == len(rows)
    page = json.loads((folder / "web-annotation" / "annotations.jsonld").read_text(encoding="utf-8"))
    texts = {row["text"] for row in rows}
    for item in page["items"]:
        if isinstance(item["target"], dict):
            position, quote = item["target"]["selector"]
            around = quote["prefix"] + quote["exact"] + quote["suffix"]
            assert any(t[position["start"] : position["end"]] == quote["exact"] and around in t for t in texts)
    # The context of the vocabulary is on the network: these are its terms that are used here.
    page["@context"] = {
        "@vocab": "http://www.w3.org/ns/oa#", "id": "@id", "type": "@type", "body": "oa:hasBody", "target": "oa:hasTarget",
        "oa": "http://www.w3.org/ns/oa#", "items": {"@id": "https://www.w3.org/ns/activitystreams#items", "@container": "@list"},
        "value": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value", "source": {"@id": "oa:hasSource", "@type": "@id"},
    }
    assert jsonld.expand(page)
    graph = rdflib.Graph().parse(data=json.dumps(page), format="json-ld")
    targets = set(graph.subjects(rdflib.URIRef("http://www.w3.org/ns/oa#hasTarget")))
    assert len(targets) == len({item["id"] for item in page["items"]}), (len(targets), len(page["items"]))
    for line in (folder / "gkg" / "gkg.csv").read_text(encoding="utf-8").rstrip("\n").split("\n"):
        assert len(line.split("\t")) == 27
    tagged = (folder / "conll2003" / "conll2003.txt").read_text(encoding="utf-8").split("\n")
    assert sum(line.startswith("-DOCSTART-") for line in tagged) == len(rows)
    assert all(len(line.split(" ")) == 4 for line in tagged if line)
    print("conll2003, conllu, spacy, web-annotation and gkg are read")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "hard.txt").write_text(HARD, encoding="utf-8")
        run("annotate", folder / "hard.txt", "-o", folder / "hard.jsonl")
        rows_file = folder / "rows.jsonl"
        rows = [row for path in (Path(sys.argv[2]), folder / "hard.jsonl") for row in read_rows(path) if row["text"]]
        # Line ends of two characters, which `annotate` makes one of, in the place of two that stood there.
        rows.append({**rows[-1], "id": "crlf", "text": rows[-1]["text"].replace("\n\n", "\r\n")})
        rows_file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        texts = [row["text"] for row in rows]
        changed = next(i for i, r in enumerate(rows) if r["ents"] and r["quotes"] and texts.count(r["text"]) == 1)
        for function in (label_studio, brat, cas, prodigy):
            function(Case(folder, rows_file, function.__name__.replace("_", "-")), changed)
        if TOOLS:
            doccano(Case(folder, rows_file, "doccano"), changed)
        gold(folder, rows_file, changed)
        one_way(folder, rows_file)


if __name__ == "__main__":
    main()
