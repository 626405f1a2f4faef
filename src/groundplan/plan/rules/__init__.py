"""Rules about plans: one file per defect, named for it; `registry` lists them."""
