"""Commands as pure functions from a state to an outcome; no input, output, clock or chance."""
