"""The command line: thin doors to `groundplan.service`."""
