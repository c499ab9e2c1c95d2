"""Punches that a person must look at: disavowed at the kiosk, with a PIN or a card, on duty elsewhere, unplaced."""
