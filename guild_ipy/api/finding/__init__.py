"""The runs that a verb is about: by id or index, by filters, by an expression."""
