"""The differential test: generated documents, answered by the plan and by graphql-core, to the same bytes."""
