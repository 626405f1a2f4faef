"""Access patterns compiled to MongoDB's commands."""
