"""The keys' tables: partners, connections, their credentials and their requests."""

from connections.models.client import Client
from connections.models.connection import SHARES, TYPES, Connection, Request, Secret
from connections.models.partner import Partner

__all__ = ["SHARES", "TYPES", "Client", "Connection", "Partner", "Request", "Secret"]
