"""What a file is, and reading it within limits in a process of its own."""
