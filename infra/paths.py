"""Where things live on this machine: state in `var/`, caches that survive `make clean-state` in `var/cache`."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VAR = Path(os.environ.get("BANSO_VAR_DIR", ROOT / "var")).resolve()
CACHE = Path(os.environ.get("BANSO_CACHE_DIR", VAR / "cache")).resolve()
SERVICES = ("gateway", "intake", "coordination", "ibasho", "notify", "reporting")
PROCESSES = (*SERVICES, "copier")
SPEAKERS = ("staff", "intake", "coordination", "ibasho", "notify")
