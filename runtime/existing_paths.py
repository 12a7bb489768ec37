"""Types of settings that name an existing file or folder."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator


def _file(path: Path) -> Path:
    try:
        is_one = path.is_file()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if not is_one:
        raise ValueError("Path does not point to a file")
    return path


def _folder(path: Path) -> Path:
    try:
        is_one = path.is_dir()
    except OSError as error:
        raise ValueError(f"cannot be read: {error.strerror}") from None
    if not is_one:
        raise ValueError("Path does not point to a directory")
    return path


# Pydantic's own FilePath and DirectoryPath raise the OSError of a folder that we may not read.
ExistingFile = Annotated[Path, AfterValidator(_file)]
ExistingFolder = Annotated[Path, AfterValidator(_folder)]
