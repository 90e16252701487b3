"""What an import would do to each row, found out without writing: a sheet compared with the record,
completed and held to all rules.
"""
