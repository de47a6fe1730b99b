"""What pytest needs before the tests are read; `./portal test` sets the rest."""

import os

# Playwright's synchronous interface runs an event loop in the test's own thread.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
