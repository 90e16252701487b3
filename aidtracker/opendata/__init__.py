"""Open data: the public rows of the record as files, with what is needed to read and cite them."""
