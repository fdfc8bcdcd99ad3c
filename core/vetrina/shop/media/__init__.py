"""Media: the files a shop shows, where they are kept, and what may become one."""
