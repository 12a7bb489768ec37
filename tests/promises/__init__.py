"""What every text promises is so in the state that shows it."""
