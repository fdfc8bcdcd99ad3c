"""Pure rules: pauses between questions, and what is the matter with a parcel."""
