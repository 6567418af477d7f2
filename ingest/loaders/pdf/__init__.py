"""PDF: from boxes on a page to lines, columns, paragraphs and tables."""
