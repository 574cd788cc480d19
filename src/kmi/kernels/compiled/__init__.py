"""What the layers of all kernels that are compiled for have in common; a layer's own file comes first."""
