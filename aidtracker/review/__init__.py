"""The protocol of what is reviewed: proposals of changes by those who do not publish."""
