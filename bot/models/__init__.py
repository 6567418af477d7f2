"""Chat models, in process and by API, and the other models that a setting can name."""
