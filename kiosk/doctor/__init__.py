"""What is looked at when somebody asks how a kiosk fares; nothing here disturbs one that is running."""
