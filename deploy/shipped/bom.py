"""Writes the bill of materials in CycloneDX's form: the same bytes for the same lock file and models."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence

from cyclonedx.model import ExternalReference, ExternalReferenceType, Property, XsUri
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

import pipeline
from deploy.shipped.data import Data
from deploy.shipped.packages import Package


def bom(packages: Sequence[Package], data: Sequence[Data]) -> str:
    """The bill as JSON of CycloneDX 1.6."""
    root = Component(
        type=ComponentType.APPLICATION,
        name="newswire",
        version=pipeline.__version__,
        bom_ref=f"newswire=={pipeline.__version__}",
        licenses=[LicenseExpression("Apache-2.0")],
    )
    parts = [
        Component(
            type=ComponentType.LIBRARY,
            name=package.name,
            version=package.version,
            bom_ref=f"{package.name}=={package.version}",
            purl=PackageURL("pypi", name=package.name, version=package.version),
            description=package.summary or None,
            licenses=[LicenseExpression(package.licence)],
            external_references=[
                ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(package.home))
            ]
            if package.home
            else [],
        )
        for package in packages
    ]
    parts += [
        Component(
            type=ComponentType.MACHINE_LEARNING_MODEL if one.model else ComponentType.DATA,
            name=one.name,
            version=one.version,
            bom_ref=one.place,
            licenses=[LicenseExpression(one.licence)],
            description=f"from {one.source}",
            properties=[Property(name="newswire:place", value=one.place)],
        )
        for one in data
    ]
    bill = Bom(components=parts)
    bill.metadata.component = root
    bill.register_dependency(root, parts)
    # Neither a random number nor the time: the same contents are the same bill.
    contents = "\n".join(f"{part.bom_ref.value} {part.version}" for part in [root, *parts])
    bill.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, contents)
    written = json.loads(JsonV1Dot6(bill).output_as_string())
    del written["metadata"]["timestamp"]
    return json.dumps(written, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
