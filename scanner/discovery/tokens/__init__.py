"""Tokens that carry votes: who has them, what they weigh, what can be done to them."""
