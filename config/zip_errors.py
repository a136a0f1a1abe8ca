"""Name what zipfile raises for archives that are damaged, encrypted or made otherwise."""

import lzma
import struct
import zipfile
import zlib

#: beside OSError, which also tells that a file cannot be read: a name that is not text and a place
#: outside the file are ValueErrors, a password or another version RuntimeErrors
UNREADABLE_ZIP = (
    EOFError, RuntimeError, ValueError, lzma.LZMAError, struct.error, zipfile.BadZipFile,
    zlib.error,
)  # fmt: skip
