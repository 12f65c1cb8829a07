"""家门口: start it with `python bot.py run`; `python bot.py --help` lists what else there is."""

from bot.cli import main

raise SystemExit(main())
