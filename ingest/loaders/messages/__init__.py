"""Mail, as files and as mailboxes."""
