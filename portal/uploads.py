"""Files that come over HTTP are kept for staff only: a stranger's would fill the disk.

Django keeps each file of a form in the temporary folder, however large, as soon as anything
reads the form; the token endpoint and the check against forged requests both do, for anybody.
"""

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload


class SignedInOnly(FileUploadHandler):
    """The first handler: ends the reading of a form at its first file unless staff sent it."""

    def new_file(self, *args: object, **kwargs: object) -> None:
        super().new_file(*args, **kwargs)  # type: ignore[arg-type]
        user = getattr(self.request, "user", None)
        if user is None or not user.is_authenticated:
            # What follows isn't read either: the server closes the connection.
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        return None
