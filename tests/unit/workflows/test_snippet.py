"""Snippets for the jobs of other systems."""

from __future__ import annotations

import subprocess

from explorer.workflows.snippet import as_yaml, openpai


def test_words_are_quoted_and_the_jobs_own_variables_are_not() -> None:
    text = "\n".join(openpai("c", "", is_archive=True).commands)
    assert 'upload "$OUTPUT_DIR" c "$PAI_USER_NAME/$PAI_JOB_NAME" --archive' in text
    assert "'a; rm -rf x'" in "\n".join(openpai("c", "a; rm -rf x", is_archive=False).commands)


def test_a_folder_for_each_job_is_below_the_one_that_is_named() -> None:
    made = openpai("c", "runs of $USER/", is_archive=False, is_per_job=True)
    words = 'quayside() { printf "%s\\n" "$@"; }\n' + "\n".join(made.commands)
    job = {"OUTPUT_DIR": "out", "PAI_USER_NAME": "ada", "PAI_JOB_NAME": "train 1", "USER": "x"}
    done = subprocess.run(["sh", "-c", words], env=job, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "upload", "out", "c", "runs of $USER/ada/train 1", "--on-conflict", "different"
    ]  # fmt: skip


def test_without_outputs_the_job_says_so_and_fails() -> None:
    text = "\n".join(openpai("c", "f", is_archive=False).commands)
    done = subprocess.run(["sh", "-c", text], env={}, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (2, "")
    assert "OUTPUT_DIR is not set" in done.stderr


def test_the_yaml_is_one_literal_block() -> None:
    assert as_yaml(("a", "b"), indent=2) == ["  - |", "    a", "    b"]
