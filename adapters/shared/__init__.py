"""Code that several adapters use. There is no base class, so that adapters stay independent."""
