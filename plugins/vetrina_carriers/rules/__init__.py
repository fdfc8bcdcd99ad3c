"""Pure rules: what carriers' words mean, contract prices, pauses between questions, what is an exception."""
