"""The hub's pages and its JSON interface."""
