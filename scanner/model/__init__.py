"""The nouns: frozen, typed, importing nothing else of the project."""
