"""Views that answer: HTML drawn here, shown and clicked in a running notebook."""
