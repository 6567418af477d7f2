"""The printed page: the picture of a page of a PDF, and where on it the words of a stored text stand."""
