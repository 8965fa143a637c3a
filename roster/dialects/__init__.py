"""What OneRoster says of each version, and how rows become its documents."""

from roster.dialects.composing import Doc
from roster.dialects.documents import RENDERING, document
from roster.dialects.pruning import pruned_doc
from roster.dialects.tombstones import tombstone_doc
