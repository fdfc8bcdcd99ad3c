"""What changes: buyers' VAT ids and their checks, rates, exemptions, and the ledger."""
