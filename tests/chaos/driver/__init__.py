"""Seeded, open-loop work from outside: HTTP and GraphQL, every command in a journal that no fault can reach."""
