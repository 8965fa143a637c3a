"""How people come in: sessions, and what is kept of accounts."""
