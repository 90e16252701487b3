"""What is reviewed before the public sees it: the steps, proposals of changes, abstract models."""
