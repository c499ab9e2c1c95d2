"""The audit trail: who read and who changed whose record, in a chain that shows when somebody tampers with it."""
