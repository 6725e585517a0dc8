"""The HTTP desk: REST, events, webhooks, metrics and a page. Imported only when the configuration has ``http``."""
