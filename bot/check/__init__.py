"""Whether the evidence holds a statement. Takes no model."""
