"""The seller's account health page: a skin over the workflows' updates and queries."""
