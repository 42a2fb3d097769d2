"""What a value is: from a module's source to the facts that rules read. Standard library only."""
