"""The languages of a report: words, plural forms, numbers. Judging and rendering are handed a Locale."""
