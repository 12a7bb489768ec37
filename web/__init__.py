"""What the sellers' page and the desk share: headers, limits, forms, cookies, languages."""
