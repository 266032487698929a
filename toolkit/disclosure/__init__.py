"""What published numbers give away: intervals, and what to hide so that they stay wide."""
