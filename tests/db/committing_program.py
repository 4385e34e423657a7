"""Commits numbers into a catalogue and prints each once it is committed, until it is killed."""

import sys
from datetime import UTC, datetime
from itertools import count

from greenroom.bootstrap.house import open_catalogue
from greenroom.db import keys
from greenroom.domain.access import ALL_SCOPES, ApiKey
from greenroom.domain.ids import DEFAULT_ACCOUNT


def main() -> None:
    database = open_catalogue(sys.argv[1])
    for number in count():
        key = ApiKey(f"key_{number}", DEFAULT_ACCOUNT, "", "", ALL_SCOPES, datetime.now(UTC))
        database.write(lambda tx, key=key, number=number: keys.add(tx, key, b"%032d" % number)).result()
        print(number, flush=True)


if __name__ == "__main__":
    main()
