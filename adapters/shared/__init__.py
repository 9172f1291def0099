"""Functions that several adapters use. No base class: adapters stay independent."""
