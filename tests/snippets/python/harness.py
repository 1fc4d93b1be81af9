"""Makes the client of a snippet for each line that comes in, and prints what it would log in with.

Only a hash of it is printed: who started this knows what it is to be.
"""

import hashlib
import importlib
import sys

make = importlib.import_module(sys.argv[1]).twilio_client
for _ in sys.stdin:
    client = make()
    login = f"{client.account_sid}\n{client.username}\n{client.password}"
    print(hashlib.sha256(login.encode()).hexdigest(), flush=True)
