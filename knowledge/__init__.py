"""What we know: pure rules and data."""

import os

os.environ.setdefault(
    "OPENPYXL_LXML", "False"
)  # python-docx brings lxml, which openpyxl would read untrusted files with
