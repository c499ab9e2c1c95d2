"""What the hub owes to gateways and programs elsewhere: written down first, then delivered lane by lane."""
