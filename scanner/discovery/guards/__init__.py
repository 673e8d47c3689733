"""Who gets past the guards: read from the state that the guards read, and checked by calls in the holders' names."""
