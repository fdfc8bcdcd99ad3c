"""One function per thing a person or a machine can do; flows own transactions."""
