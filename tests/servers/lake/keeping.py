"""The namespaces in a file, for an account that outlives its server.

The bytes are the emulator's to keep; here go names, access control and expiry. Uncommitted
appends do not last.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.servers.lake.acl import Access, parse_entries
from tests.servers.lake.tree import Filesystem, Node

_FORMAT = 1


def save(filesystems: dict[str, Filesystem], names: dict[str, str], file: Path) -> None:
    """Write all of it, whole or not at all."""
    told = {
        "format": _FORMAT,
        "names": names,
        "filesystems": {name: _told(each.root) for name, each in filesystems.items()},
    }
    part = file.with_suffix(".part")
    part.write_text(json.dumps(told), encoding="utf-8")
    part.replace(file)


def load(file: Path) -> tuple[dict[str, Filesystem], dict[str, str]]:
    """What `save` wrote; nothing where there is no file."""
    if not file.exists():
        return {}, {}
    told = json.loads(file.read_text(encoding="utf-8"))
    found: dict[str, Filesystem] = {}
    for name, root in told["filesystems"].items():
        found[name] = Filesystem(name)
        found[name].root = _heard("", None, root)
    return found, told["names"]


def _told(node: Node) -> dict[str, Any]:
    access = node.access
    told: dict[str, Any] = {
        "inode": node.inode,
        "facts": node.facts,
        "created": node.created_s,
        "expires": node.expires_s,
        "blocks": node.blocks,
        "blob_api": node.is_from_blob_api,
        "copied_from": node.copied_from,
        "access": [access.acl(), access.owner, access.group, access.is_sticky],
    }
    if node.children is not None:
        told["children"] = {name: _told(child) for name, child in node.children.items()}
    return told


def _heard(name: str, parent: Node | None, told: dict[str, Any]) -> Node:
    acl, owner, group, is_sticky = told["access"]
    node = Node(
        name,
        parent,
        Access(parse_entries(acl), owner, group, is_sticky),
        inode=told["inode"],
        facts=told["facts"],
        created_s=told["created"],
        expires_s=told["expires"],
        blocks=told["blocks"],
        is_from_blob_api=told["blob_api"],
        copied_from=told["copied_from"],
    )
    if "children" in told:
        node.children = {below: _heard(below, node, it) for below, it in told["children"].items()}
    return node
