"""Values that never change: content, nodes, trees, layers, images, containers, state."""
