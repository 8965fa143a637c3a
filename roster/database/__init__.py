"""What is asked of the database beyond Django's queries, in ways that both engines have."""
