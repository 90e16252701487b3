"""What everything stands on: keys, records, publication, scope, dates, months, money, datasets."""
