"""The review as this app's rows go through it: steps, proposals, corrections."""
