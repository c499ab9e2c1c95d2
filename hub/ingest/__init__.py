"""From the broker to verified, stored rows and signed receipts."""
