import os

# No test, and no kernel of one, writes down what a learner has reached, but where it says so.
os.environ["IMAGELAB_PROGRESS"] = ""
