"""Markets: which countries buy in which currency and language, with tax inside the price or on top."""
