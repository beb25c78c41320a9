"""The images of the simulated Hub, as data and as builders of their layers."""
