"""The main job on local storage: sample data, and the round trip that proves it works."""
