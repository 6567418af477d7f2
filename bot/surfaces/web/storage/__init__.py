"""What people keep: accounts, conversations, uploads, jobs."""
