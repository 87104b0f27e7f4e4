"""What Pakta costs, measured: `./run bench`."""
