"""Documents as PDF: what is shown, how it is written in each language, and the page itself."""
