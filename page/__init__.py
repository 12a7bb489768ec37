"""The sellers' account health page. It uses the workflows' updates and queries only."""
