"""Charts of one series, computed in full so that the template only prints."""
