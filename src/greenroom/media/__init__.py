"""Looking into media files, always in a child process that may be killed."""
