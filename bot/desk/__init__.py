"""The owner's desk: which questions are not answered, and answers that an editor writes to them."""
