"""The rooms: settings, addresses, staff, and every page that people see."""
