"""The admin's skin: scope, versions and history on every form and list, filters, home."""
