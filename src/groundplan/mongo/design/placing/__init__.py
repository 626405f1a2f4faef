"""Where rows go: what each relationship could be, why not more, and the search for the cheapest whole."""
