"""Speed and memory of whole commands, ours and others', on the same work: `./run bench`."""
