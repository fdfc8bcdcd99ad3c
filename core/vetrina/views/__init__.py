"""One function per thing a person or a machine can see; views read tables and return frozen rows."""
