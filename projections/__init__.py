"""What people look at: views of the journal that can be dropped and rebuilt at any time."""
