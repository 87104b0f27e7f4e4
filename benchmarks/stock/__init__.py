"""What the eventsourcing library does by itself, as its documentation shows it."""
