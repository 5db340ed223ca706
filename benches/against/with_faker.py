"""What an administrator would write in an afternoon: a copy, Faker in French, one UPDATE per row, VACUUM.

Usage: with_faker.py SOURCE COPY. It masks fewer columns than crm-admin does, keeps no joins and proves nothing.
"""

import shutil
import sqlite3
import sys

from faker import Faker

MASKS = {
    "contact": {"given_name": "first_name", "family_name": "last_name"},
    "email": {"address": "email"},
    "phone": {"number": "phone_number", "e164": "phone_number"},
    "address": {"street": "street_address", "postcode": "postcode", "town": "city"},
    "company": {"name": "company"},
    "note": {"title": "sentence", "body": "paragraph"},
    "communication": {"counterpart": "email", "subject": "sentence", "body": "paragraph"},
}


def main(source, copy):
    shutil.copyfile(source, copy)
    fake = Faker("fr_FR")
    fake.seed_instance(1)
    base = sqlite3.connect(copy)
    for trigger in base.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{trigger[0]}"')
    for table, masks in MASKS.items():
        update = f"UPDATE {table} SET {', '.join(f'{column} = ?' for column in masks)} WHERE id = ?"
        for (number,) in base.execute(f"SELECT id FROM {table}").fetchall():
            values = [getattr(fake, mask)() for mask in masks.values()]
            if table == "email":
                values = [f"{number}.{values[0]}"]
            if table == "company":
                values = [f"{values[0]} {number}"]
            base.execute(update, (*values, number))
    base.commit()
    base.execute("VACUUM")


main(*sys.argv[1:])
