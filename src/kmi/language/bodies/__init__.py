"""The bodies of functions: statements and expressions, from Python's syntax into the typed tree.

They call each other as the grammar does, so these files import each other in circles; everything that is not
recursive by nature belongs in ``declarations`` or ``tree``.
"""
