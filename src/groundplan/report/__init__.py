"""What people read of a design: one file per format."""
