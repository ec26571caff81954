"""What people do with this storage, whole: mirror, artifacts, archives, outputs, mounts."""
