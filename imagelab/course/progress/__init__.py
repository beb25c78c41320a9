"""What a learner has reached, level by level, in a file beside the notebooks."""
