"""The agreements of five newspaper articles, recorded through the same doors that everybody uses."""
