"""C, as text: types, expressions, statements, and the file around them."""
