"""What the hub tells other systems by itself (e-TPP, SIMPEG): signed requests, delivered from an outbox."""
