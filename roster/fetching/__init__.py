"""Ways in for bundles: watched folders, SFTP, HTTPS and uploads, on a schedule or at once; and
the way out for grades."""

from roster.fetching.applying import abandon, import_arrival
from roster.fetching.delivering import deliver
from roster.fetching.failing import NotYet, Unfinished
from roster.fetching.schedule import due, last_daily, silent_since
from roster.fetching.taking import fetch
from roster.fetching.uploading import take_upload
