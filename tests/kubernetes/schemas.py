"""Turns what Kubernetes and two operators publish into what kubeconform reads (`make kubernetes`).

    python -m tests.kubernetes.schemas OUT SWAGGER CRD...

SWAGGER is Kubernetes' own OpenAPI, and each CRD the definition of a kind. A field that no schema
knows is an error, so that a misspelt one is found.
"""

import json
import sys
from pathlib import Path
from typing import Any

import yaml

Schema = dict[str, Any]  # Any: JSON

_EITHER = {
    "io.k8s.apimachinery.pkg.util.intstr.IntOrString": ["string", "integer"],
    "io.k8s.apimachinery.pkg.api.resource.Quantity": ["string", "number"],
}
"""What OpenAPI 2 calls a string, and is written as a number too."""


def strict(node: Any) -> Any:  # Any: JSON
    """Return the schema, with objects that take no other fields than those they name."""
    if isinstance(node, list):
        return [strict(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {name: strict(part) for name, part in node.items()}
    named = isinstance(node.get("properties"), dict)
    if named and not node.get("x-kubernetes-preserve-unknown-fields"):
        kept.setdefault("additionalProperties", False)
    return kept


def of_kubernetes(swagger: Schema) -> dict[str, Schema]:
    """Return the schema of each kind, by the name of its file, and what they refer to."""
    definitions = swagger["definitions"]
    for name, types in _EITHER.items():
        definitions[name] = {"type": types}
    schemas = {"_definitions.json": {"definitions": strict(definitions)}}
    for name, definition in definitions.items():
        for known in definition.get("x-kubernetes-group-version-kind", ()):
            group = known["group"].split(".")[0]
            parts = filter(None, (known["kind"].lower(), group, known["version"]))
            refers = {"$ref": f"_definitions.json#/definitions/{name}"}
            schemas[f"{'-'.join(parts)}.json"] = refers
    text = json.dumps(schemas).replace('"#/definitions/', '"_definitions.json#/definitions/')
    found: dict[str, Schema] = json.loads(text)
    return found


def of_crd(crd: Schema) -> dict[str, Schema]:
    """Return the schema of each version of a kind, by the name of its file."""
    kind, group = crd["spec"]["names"]["kind"].lower(), crd["spec"]["group"].split(".")[0]
    schemas = {}
    for version in crd["spec"]["versions"]:
        schema = strict(version["schema"]["openAPIV3Schema"])
        schema["properties"]["metadata"] = {
            "$ref": "_definitions.json#/definitions/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
        }
        schemas[f"{kind}-{group}-{version['name']}.json"] = schema
    return schemas


def main() -> None:
    """Write the schemas."""
    out, swagger, *crds = map(Path, sys.argv[1:])
    schemas = of_kubernetes(json.loads(swagger.read_text()))
    for crd in crds:
        schemas |= of_crd(yaml.safe_load(crd.read_text()))
    out.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas.items():
        (out / name).write_text(json.dumps(schema))


if __name__ == "__main__":
    main()
