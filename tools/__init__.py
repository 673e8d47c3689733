"""What the makefile needs; no part of the product."""
