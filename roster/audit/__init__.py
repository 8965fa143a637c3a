"""The audit log: what was changed, by whom, from what to what and why."""

from roster.audit.recording import Actor, name_of, record
