"""Two workers and two beats on one database, killed and started again at random."""
