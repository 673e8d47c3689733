"""Lines of control: who holds which role now."""
