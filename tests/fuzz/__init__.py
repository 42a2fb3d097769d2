"""Programs that nobody wrote, and thousands that somebody did: whatever they are, none is hurt."""
