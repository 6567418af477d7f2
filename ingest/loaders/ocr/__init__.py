"""OCR: the words on scanned pages and pictures, each with the place where it stands."""
