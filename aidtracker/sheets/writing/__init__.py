"""Files that go out: exports, templates, the uploaded file with its problems marked."""
