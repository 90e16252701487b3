"""An import carried out: the file kept until it is confirmed, then all of it or nothing."""
