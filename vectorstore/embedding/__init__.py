"""From texts to vectors: the encoder, its files, and its ONNX form."""
