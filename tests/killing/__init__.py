"""Real processes that die by SIGKILL in the middle of their work, and who watches meanwhile."""
