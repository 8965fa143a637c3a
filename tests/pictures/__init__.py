"""Pictures of the portal's pages, to be looked at: a command, no test."""
