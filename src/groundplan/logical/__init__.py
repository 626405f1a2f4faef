"""Relations: the plan without its shorthand, before any engine has a say."""
