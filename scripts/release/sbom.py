"""Checks that SBOMs follow the schema of CycloneDX.

sbom.py FILE.cdx.json…
"""

import json
import sys
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

for path in sys.argv[1:]:
    text = Path(path).read_text(encoding="utf-8")
    bom = json.loads(text)
    error = JsonStrictValidator(SchemaVersion.from_version(bom["specVersion"])).validate_str(text)
    if error:
        sys.exit(f"{path}: {error}")
    print(f"{path}: CycloneDX {bom['specVersion']}, {len(bom['components'])} components")
