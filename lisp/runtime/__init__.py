"""What emitted code calls (*.mjs), and its tables for the compiler."""
