"""How lists are searched and narrowed: the search syntax, filters and facets as conditions."""
