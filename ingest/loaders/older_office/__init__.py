"""Office files in their older binary forms, and RTF."""
