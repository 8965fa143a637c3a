"""The keys' tables: partners, connections, their credentials, runs and requests."""

from connections.models.agreement_file import AgreementFile
from connections.models.client import Client, MadeWith
from connections.models.connection import SHARES, TYPES, Connection, Request, Secret
from connections.models.hand_over import HandOver
from connections.models.interest import Interest
from connections.models.logo import Logo
from connections.models.partner import Partner
from connections.models.run import Run
from connections.models.tally import STEPS, Tally
