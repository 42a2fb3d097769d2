"""What runs inside the program: standard library only, and loaded by file: its Python need not have this package."""
