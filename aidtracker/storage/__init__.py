"""The record outside the database: fixtures, loaded and dumped."""
