"""The desk: a web page for the marketplace's team. It uses updates, and lists of Temporal's."""
