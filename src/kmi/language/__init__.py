"""Kernel Python: from source to the typed tree. Every diagnostic that an author sees is born here.

    analysis = analyse(Path("echo.py"), Library())

The language knows no kernel; it is told where the files of one are (``Library``).
"""

from kmi.language.analyse import Analysis, analyse, analyse_text
from kmi.language.library import Library

__all__ = ["Analysis", "Library", "analyse", "analyse_text"]
