"""What is written: standing of an order, documents, takings, buyers' details."""
