"""Plain text, and data in plain text: tables, JSON, XML, subtitles, source code."""
