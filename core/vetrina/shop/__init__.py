"""The shopkeeper's nouns, one island each."""
