"""Style sheets, scripts and pictures: hashed and compressed once collected, plain before that."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """Names a file by its hash if `collectstatic` has run, and by its own name if it hasn't."""

    # A page must not break over a picture that was added after the collection.
    manifest_strict = False

    def stored_name(self, name: str) -> str:
        if name in self.hashed_files:
            return super().stored_name(name)
        return str(self.clean_name(name))
