"""The packages that the lab's apt-get and apk install, as data."""
