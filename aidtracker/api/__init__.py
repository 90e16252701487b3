"""The record for programs: the datasets as read-only JSON, with the conditions of the lists."""
