"""What is looked at when somebody asks how a hub fares; nothing is migrated, made or changed."""
