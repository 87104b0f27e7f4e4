"""Real facts, poured through the front door of a running Pakta."""
