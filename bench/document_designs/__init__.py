"""Document designs of one plan against each other, on one mongod: which there are, how long each takes, who is best."""
