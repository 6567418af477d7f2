"""Office files in their packaged forms: DOCX, PPTX, XLSX, OpenDocument."""
