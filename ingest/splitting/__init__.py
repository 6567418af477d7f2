"""From text to sentences, chunks and sections."""
