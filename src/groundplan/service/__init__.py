"""The functions behind every door: the library, the command line, and what comes later."""
