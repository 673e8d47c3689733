"""Many DAOs: targets, workers on one machine or many, and a store that a killed run continues from."""
