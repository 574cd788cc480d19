"""The kernels that a test can run on, each behind the same few calls."""
