"""Ready snippets for the job descriptions of other systems, with nothing secret in them. Pure."""

from __future__ import annotations

from typing import Final

from explorer.base.records import dataclass
from explorer.base.shown import shell_word

KINDS: Final = {"openpai": "the end of an OpenPAI job: upload OUTPUT_DIR to storage"}
"""What there are, and what each is for."""
FOLDER: Final = "$PAI_USER_NAME/$PAI_JOB_NAME"
"""Where the outputs of a job go, as pai-copy's snippet had it."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """`commands` go at the end of the job's commands; `notes` say what they need."""

    commands: tuple[str, ...]
    notes: tuple[str, ...]


def openpai(container: str, folder: str, *, is_archive: bool, is_per_job: bool = False) -> Snippet:
    """The footer of a job. An empty `folder` is the user's and the job's name, which come below
    another with `is_per_job`. The words are quoted for the shell: `folder` is meant as it is."""
    where = shell_word(folder) if folder else f'"{FOLDER}"'
    if folder and is_per_job:
        where = f'{shell_word(folder.rstrip("/"))}/"{FOLDER}"'
    archive = " --archive" if is_archive else ""
    upload = f'quayside upload "$OUTPUT_DIR" {shell_word(container)} {where}{archive}'
    return Snippet(
        (
            "# Upload the job's outputs; running it again sends only what is new.",
            'if [ -z "${OUTPUT_DIR:-}" ]; then',
            '  echo "OUTPUT_DIR is not set: nothing was uploaded." >&2',
            "  exit 2",
            "fi",
            f"{upload} --on-conflict different",
        ),
        (
            "The job needs STORAGE_CONNECTION_STRING in its environment. Keep it among the job's "
            "secrets and export it in the first line of the commands: it is never printed.",
            "The container is made if it is missing. The exit code is 0 only if everything is "
            "there; then the job ends with it.",
            "Quayside has to be in the image: pip install quayside-explorer",
        ),
    )


def as_yaml(commands: tuple[str, ...], *, indent: int = 6) -> list[str]:
    """The commands as one item of a `commands:` list of a job's YAML: a literal block."""
    pad = " " * indent
    return [f"{pad}- |", *(f"{pad}  {line}" for line in commands)]
