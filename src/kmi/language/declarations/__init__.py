"""What modules declare: names, imports, constants, classes, signatures. No body is looked at here."""
