"""Hashes one file: `md5_client.py FILE`."""

import hashlib
import sys


def main() -> None:
    with open(sys.argv[1], "rb") as file:
        print(hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest())


main()
