"""Which icon a blob gets, from its name and content type. Plain data, no Qt."""

from __future__ import annotations

_BY_EXTENSION = {
    "file-image": "apng avif bmp dds exr gif heic heif hdr ico jfif jp2 jpeg jpg png psd raw svg "
    "tga tif tiff webp",
    "file-media": "3gp aac aif aiff avi flac m4a m4v mkv mov mp3 mp4 mpeg mpg oga ogg ogv opus "
    "wav weba webm wma wmv",
    "file-archive": "7z br bz2 cab cpio deb dmg gz iso jar lz4 lzma rar rpm tar tbz2 tgz txz "
    "whl xz zip zst",
    "file-table": "arrow avro csv db db3 delta duckdb feather geojson gpkg h5 hdf hdf5 jsonl "
    "mdb nc ndjson npy npz ods orc parquet pq sas7bdat sav shp sqlite sqlite3 tfrecord tsv xls "
    "xlsb xlsm xlsx zarr",
    "file-model": "bin ckpt distcp engine gguf ggml joblib keras mar mlmodel model onnx ot params "
    "pb pickle pkl pt pth safetensors tflite torch weights",
    "file-code": "asm bash bat bicep c cc cfg clj cmake cmd conf cpp cs css cu cuh cxx dart "
    "dockerfile ex f90 go gradle h hcl hpp htm html ini ipynb java js json json5 jsx jl kt lua m "
    "make mjs ml nix pl php properties proto ps1 py pyi pyx r rb rs sass scala scss sh sql swift "
    "tex tf toml ts tsx vue xml yaml yml zsh",
    "file-log": "err jnl journal log out trace",
    "file-text": "adoc bib doc docx epub license md nfo odp odt org pdf ppt pptx rst rtf srt txt "
    "vtt",
}
_KIND_OF_EXTENSION = {
    extension: kind
    for kind, extensions in _BY_EXTENSION.items()
    for extension in extensions.split()
}

_KIND_OF_NAME = {
    "dockerfile": "file-code",
    "makefile": "file-code",
    "license": "file-text",
    "readme": "file-text",
    "changelog": "file-text",
    "_success": "file-log",
}

_KIND_OF_TYPE = {
    "application/json": "file-code",
    "application/xml": "file-code",
    "application/javascript": "file-code",
    "application/x-sh": "file-code",
    "application/pdf": "file-text",
    "application/zip": "file-archive",
    "application/gzip": "file-archive",
    "application/x-gzip": "file-archive",
    "application/x-tar": "file-archive",
    "application/x-7z-compressed": "file-archive",
    "application/vnd.apache.parquet": "file-table",
    "application/x-parquet": "file-table",
    "application/x-sqlite3": "file-table",
    "application/vnd.ms-excel": "file-table",
    "application/msword": "file-text",
    "text/csv": "file-table",
    "text/tab-separated-values": "file-table",
    "text/html": "file-code",
    "text/css": "file-code",
    "text/javascript": "file-code",
    "text/xml": "file-code",
}
_KIND_OF_FAMILY = {
    "image": "file-image",
    "audio": "file-media",
    "video": "file-media",
    "text": "file-text",
}


def file_icon_name(name: str, content_type: str = "") -> str:
    """Name of the icon for a blob called `name`, which may be a whole path.

    The extension decides; many tools upload everything as
    application/octet-stream. A numbered log (`app.log.3`) is still a log.
    """
    leaf = name.rstrip("/").rpartition("/")[2].lower()
    if leaf in _KIND_OF_NAME:
        return _KIND_OF_NAME[leaf]
    stem, _, extension = leaf.rpartition(".")
    if stem and extension.isdigit():
        extension = stem.rpartition(".")[2]
    if stem and extension in _KIND_OF_EXTENSION:
        return _KIND_OF_EXTENSION[extension]
    media = content_type.partition(";")[0].strip().lower()
    if media in _KIND_OF_TYPE:
        return _KIND_OF_TYPE[media]
    return _KIND_OF_FAMILY.get(media.partition("/")[0], "file")
