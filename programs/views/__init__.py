"""The public pages of who aids whom, under what: lists, details and what they share."""
