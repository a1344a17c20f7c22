"""TensorBoard event files of a run, and the scalars in them."""
