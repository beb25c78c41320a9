"""The client of real registries: the distribution protocol of OCI and Docker, over HTTP.

Only a lab that was opened for real registries imports anything here, and it needs the extra
``registry``. Whatever a registry answers is untrusted: every answer is bounded in size and time
and checked against its digest, and none of them leads to another host.
"""
