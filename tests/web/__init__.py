"""What the sellers' page and the desk share."""
