"""Who appends: the raw driver, the stock eventsourcing library, and Pakta, all with the same content."""
