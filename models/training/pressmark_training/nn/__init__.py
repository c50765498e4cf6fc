"""The encoder, its heads, and the way from words to tensors."""
