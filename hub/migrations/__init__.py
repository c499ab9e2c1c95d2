"""Steps that bring a database to the newest form."""
