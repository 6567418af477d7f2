"""The model that reads: does a passage answer a question, in which words, and does it support a statement."""

from bot.reader.errors import ReaderDamaged
from bot.reader.reader import WEIGHTS, Reader, load
from bot.reader.reading import Readable, Reading, Support

__all__ = ["WEIGHTS", "Readable", "Reader", "ReaderDamaged", "Reading", "Support", "load"]
