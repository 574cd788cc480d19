"""What building a module is on every kernel: what a build lacks or refuses, bindings of headers, C around the
module's own.
"""
