"""What an import would do, row by row, with all that speaks against it. Nothing is written."""
