"""A file that came in: is it one, does it do no harm, where are its headings and records."""
