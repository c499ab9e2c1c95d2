"""The forms of the regulation: what stands on them, and how they become PDF and XLSX."""
