"""The verbs of the command and what each does, told without loading any of them."""

from __future__ import annotations

VERBS = {
    "ls": "list containers, or what is in a container or folder",
    "du": "count blobs and bytes, by folder, tier, type or age",
    "upload": "upload files and folders",
    "download": "download a blob, a folder or a container",
    "copy": "copy from storage to storage, by the service",
    "move": "move or rename blobs and folders",
    "mirror": "make a folder like another, moving only what differs",
    "verify": "check files or blobs against the manifest of a mirror",
    "rm": "delete a blob, a folder or a container",
    "restore": "bring back what is deleted, a version, or all as it was at a time",
    "mkdir": "make a container, or an empty folder in a container",
    "stat": "show all properties of a blob, folder or container",
    "cat": "write a blob to standard output",
    "props": "show or change properties, metadata, tags and tier",
    "lease": "take, renew, give back or break the lease of a blob or container",
    "sas": "make a shared access signature, or try one out",
    "url": "print a place as a URL, or as a command of another program",
    "acl": "show and change who may access a file or folder (Data Lake Gen2)",
    "jobs": "show the transfer queue, or one transfer's files",
    "resume": "go on with a paused or interrupted transfer",
    "pause": "hold a transfer, or some of its files, until it is resumed",
    "cancel": "give a transfer up, or some of its files; finished files stay",
    "retry": "try the failed files of a transfer again",
    "artifact": "upload and download artifacts of AzureML",
    "watch": "upload what has settled in a folder, again and again",
    "mount": "print how a share of Azure Files is mounted",
    "outputs": "list the outputs of jobs, download the latest, follow a log",
    "snippet": "print a snippet for a job of another system",
    "connect": "test, save, list, set, remove, export and import connections",
    "demo": "start local storage with sample data and do the main job on it",
    "doctor": "check this machine and, with a TARGET or credentials, the way to storage",
    "help": "show a page of the help, or the help of a verb",
}
"""What each verb does, in the order of the help. Its module is in `explorer.cli.commands`."""


def overview() -> str:
    """The help of the command itself."""
    lines = ["usage: quayside [TARGET]            open the window, there"]
    lines += ["       quayside VERB ...            see `quayside VERB --help`", ""]
    lines += [f"  {verb:<10} {summary}" for verb, summary in VERBS.items()]
    lines += [
        "",
        "TARGET: CONTAINER, CONTAINER/FOLDER, https://..., abfs[s]://, wasb[s]://, az://",
        "exit: 0 all done, 1 some failed, 2 usage, 3 not authorised, 4 not found, 130 interrupted",
        "",
        "example: quayside upload out training runs/7",
    ]
    return "\n".join(lines)


def likely_verb(word: str) -> str:
    """The verb a mistyped word was meant to be; empty where it looks like a target. Pure."""
    if any(mark in word for mark in "/:.@"):
        return ""
    from difflib import get_close_matches  # late: most words are typed well

    return next(iter(get_close_matches(word, VERBS, n=1, cutoff=0.75)), "")
